import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      vite: 'src/bundlers/vite/index.ts',
      rollup: 'src/bundlers/rollup.ts',
      rolldown: 'src/bundlers/rolldown.ts',
      webpack: 'src/bundlers/webpack.ts',
      rspack: 'src/bundlers/rspack.ts',
      esbuild: 'src/bundlers/esbuild.ts',
      farm: 'src/bundlers/farm.ts',
      bun: 'src/bundlers/bun.ts',
      astro: 'src/bundlers/astro.ts',
      nuxt: 'src/bundlers/nuxt.ts',
      next: 'src/bundlers/next/index.ts',
      'turbopack-loader': 'src/bundlers/next/turbopack-loader.ts',
      jest: 'src/bundlers/jest/index.ts',
      // Started, never imported: where Jest's transform may wait.
      'jest-thread': 'src/bundlers/jest/thread.ts',
      cli: 'src/cli/index.ts',
      // Forked, never imported: the one file that loads sharp.
      encoder: 'src/derivatives/encoder/child.ts',
    },
    format: 'esm',
    target: 'node20',
    platform: 'node',
    splitting: true,
    // Its index loads a file for each of its languages: a warm build would spend a tenth of its time on them.
    noExternal: ['zod'],
    // What the build below writes at the same time stays.
    clean: ['!vite-client.js', '!html.js', '!react.js', '!vue.js', '!next-image.js'],
    // The output is readable as it is, and so are stacks; maps would double the package.
    sourcemap: false,
    dts: {
      entry: {
        index: 'src/index.ts',
        html: 'src/html.ts',
        vite: 'src/bundlers/vite/index.ts',
        rollup: 'src/bundlers/rollup.ts',
        rolldown: 'src/bundlers/rolldown.ts',
        webpack: 'src/bundlers/webpack.ts',
        rspack: 'src/bundlers/rspack.ts',
        esbuild: 'src/bundlers/esbuild.ts',
        farm: 'src/bundlers/farm.ts',
        bun: 'src/bundlers/bun.ts',
        astro: 'src/bundlers/astro.ts',
        nuxt: 'src/bundlers/nuxt.ts',
        next: 'src/bundlers/next/index.ts',
        jest: 'src/bundlers/jest/index.ts',
        react: 'src/components/react.ts',
        vue: 'src/components/vue.ts',
        'next-image': 'src/components/next-image.ts',
      },
    },
  },
  {
    // What runs in browsers: by import, and what the dev server sends to them.
    entry: {
      html: 'src/html.ts',
      react: 'src/components/react.ts',
      vue: 'src/components/vue.ts',
      'next-image': 'src/components/next-image.ts',
      'vite-client': 'src/bundlers/vite/hot/client/index.ts',
    },
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // Each is whole in itself: a page loads one of them.
    splitting: false,
  },
]);
