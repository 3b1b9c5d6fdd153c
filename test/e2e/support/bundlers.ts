import type { FileContent, Workspace } from '../../support/workspace.js';

/** What differs between bundlers in a build that a test runs. */
export interface Bundler {
  name: string;
  /** Which of the repository's packages is imported as `vite`. */
  vite: 'vite' | 'vite7';
  /** The bundler's own files beside `src/main.js`. */
  files: Record<string, FileContent>;
  /** The build's command, for `process.execPath`. */
  command: (workspace: Workspace) => string[];
  /** Below `dist`: the built `src/main.js`. */
  entry: RegExp;
  /** What it puts of its own around a plugin's messages. @default nothing */
  around?: RegExp;
}

/** A bundler whose config has other words in one place. */
export function changed(bundler: Bundler, before: string, after: string): Bundler {
  const files = Object.entries(bundler.files).map(([file, text]) => [file, String(text).replace(before, after)]);
  return { ...bundler, files: Object.fromEntries(files) };
}

/** What is left of an output without what the bundler itself puts around messages. */
export function messagesIn(output: string, { around }: Bundler): string {
  return around ? output.replace(around, '') : output;
}

/** A Vite whose config has further options, `base: './'` for example; the plugin is called `promptImage`. */
export function configured(vite: Bundler, options: string): Bundler {
  return changed(vite, 'plugins:', `${options}, plugins:`);
}

const vite: Omit<Bundler, 'name' | 'vite'> = {
  files: {
    'index.html': '<!doctype html><title>Site</title><script type="module" src="/src/main.js"></script>\n',
    // Without preloading the code also runs in Node.
    'vite.config.js': `
      import promptImage from 'unplugin-prompt-image/vite';
      export default { plugins: [promptImage()], build: { modulePreload: false } };`,
  },
  command: (workspace) => [workspace.bin('vite'), 'build'],
  entry: /^assets\/index-[\w-]+\.js$/,
};

function rollupOf(name: 'rollup' | 'rolldown', around?: RegExp): Bundler {
  const config = `${name}.config.js`;
  return {
    name,
    vite: 'vite',
    files: {
      [config]: `
        import promptImage from 'unplugin-prompt-image/${name}';
        export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage()] };`,
    },
    command: (workspace) => [workspace.bin(name), '--config', config],
    entry: /^main\.js$/,
    ...(around && { around }),
  };
}

/** @param core the name of its package here */
function webpackOf(name: string, plugin: 'webpack' | 'rspack', core: string, around?: RegExp): Bundler {
  return {
    name,
    vite: 'vite',
    files: {
      [`${plugin}.config.js`]: `
        import promptImage from 'unplugin-prompt-image/${plugin}';
        export default {
          mode: 'production',
          entry: './src/main.js',
          output: { publicPath: '/', assetModuleFilename: 'assets/[name]-[contenthash][ext]' },
          plugins: [promptImage()],
        };`,
      // Prints and exits as its command line does.
      'build.js': `
        import compile from '${core}';
        import config from './${plugin}.config.js';
        compile({ context: import.meta.dirname, ...config }, (error, stats) => {
          if (error) throw error;
          console.log(stats.toString());
          process.exitCode = stats.hasErrors() ? 1 : 0;
        });`,
    },
    command: () => ['build.js'],
    entry: /^main\.js$/,
    ...(around && { around }),
  };
}

/** Rspack's, beside each line of a message. */
const GUTTER = /^ {2}│ /gm;

export const rollup = rollupOf('rollup');
// The stack of its own error.
export const rolldown = rollupOf('rolldown', /^ +at .*\/node_modules\/rolldown\/.*\n/gm);
export const webpack = webpackOf('webpack', 'webpack', 'webpack');
export const rspack = webpackOf('rspack 2', 'rspack', '@rspack/core', GUTTER);
export const rspack1 = webpackOf('rspack 1', 'rspack', 'rspack1', GUTTER);
export const esbuild: Bundler = {
  name: 'esbuild',
  vite: 'vite',
  files: {
    'build.js': `
      import { build } from 'esbuild';
      import promptImage from 'unplugin-prompt-image/esbuild';
      const options = {
        entryPoints: ['src/main.js'],
        outdir: 'dist',
        bundle: true,
        format: 'esm',
        logLevel: 'info',
        publicPath: '/',
        plugins: [promptImage()],
      };
      await build(options).catch(() => { process.exitCode = 1; });`,
  },
  command: () => ['build.js'],
  entry: /^main\.js$/,
};

/** Builds, and no more than that. */
const farm: Bundler = {
  name: 'farm',
  vite: 'vite',
  files: {
    'build.js': `
      import { build } from '@farmfe/core';
      import promptImage from 'unplugin-prompt-image/farm';
      await build({
        root: process.cwd(),
        compilation: {
          input: { main: './src/main.js' },
          output: { publicPath: '/', targetEnv: 'node', format: 'esm', assetsFilename: 'assets/[resourceName]-[hash].[ext]' },
          persistentCache: false,
        },
        plugins: [promptImage()],
      });`,
  },
  command: () => ['build.js'],
  entry: /^main\.js$/,
};
/** Builds; Bun buys nothing. */
const bun: Bundler = {
  name: 'bun',
  vite: 'vite',
  files: {
    'build.js': `
      import promptImage from 'unplugin-prompt-image/bun';
      const options = { entrypoints: ['src/main.js'], outdir: 'dist', publicPath: '/', naming: { asset: 'assets/[name]-[hash].[ext]' }, plugins: [promptImage()] };
      await Bun.build(options);`,
    // Bun is a program of its own.
    'run.js': `
      import { spawnSync } from 'node:child_process';
      const { status } = spawnSync('node_modules/bun/bin/bun.exe', ['build.js'], { stdio: 'inherit' });
      process.exitCode = status;`,
  },
  command: () => ['run.js'],
  entry: /^main\.js$/,
  // The file that it was about to load.
  around: /^ {4}at \/.*:0\n/gm,
};

export const vite8: Bundler = { name: 'vite 8', vite: 'vite', ...vite };
export const vite7: Bundler = { name: 'vite 7', vite: 'vite7', ...vite };

/**
 * `npm test` takes the newest Vite, `npm run test:bundlers` all of the others through the same files, and `npm run test:outside`
 * both, in files of its own.
 */
const others = process.env.BUNDLERS === 'others';
const both = process.env.BUNDLERS === 'both';
export const bundlers: readonly Bundler[] = others
  ? [vite7, rollup, rolldown, webpack, rspack, rspack1, esbuild]
  : [vite8];
export const vites: readonly Bundler[] = both ? [vite8, vite7] : others ? [vite7] : [vite8];
/** Those whose URLs are found from where the code is. */
export const rollups: readonly Bundler[] = others ? [rollup, rolldown] : [];
/** Those with a public path. */
export const webpacks: readonly Bundler[] = others ? [webpack, rspack, rspack1] : [];
export const esbuilds: readonly Bundler[] = others ? [esbuild] : [];
export const secondTier: readonly Bundler[] = [farm, bun];

/**
 * How an editor saves a file so that a watching build sees it, every time: Rolldown takes one that is emptied and then filled for
 * two edits, Rollup loses one that another one takes the place of.
 */
export function saver(bundler: Bundler): 'replace' | 'write' {
  return /^(vite 8|rolldown)$/.test(bundler.name) ? 'replace' : 'write';
}

/** How a cache on disk is asked for. */
export const persistent: Record<string, string> = {
  webpack: "cache: { type: 'filesystem' }",
  'rspack 1': "cache: true, experiments: { cache: { type: 'persistent' } }",
  'rspack 2': "cache: { type: 'persistent' }",
};
