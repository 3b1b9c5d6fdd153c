import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessOptions, run, type Started, start } from '../../support/process.js';
import { repositoryRoot } from '../../support/workspace.js';

/** How the small app of a framework is built and served. */
export interface App {
  name: string;
  /** Below `playground/`. */
  folder: string;
  /** What is published, and what servers run. */
  output: readonly string[];
  /** Words after `npm`. */
  build: readonly string[];
  serve: readonly string[];
  dev: readonly string[];
  /** A component of which each line with `wrong` is one of the types', and what checks them: words after `npm`. */
  mistakes?: { file: string; text: string; check: readonly string[] };
  /** Newer releases than the app's own, which want a newer Node, and the files that they want otherwise. */
  newest?: { packages: Record<string, string>; files?: Record<string, string | undefined> };
}

const vite = { output: ['dist'], build: ['run', 'build'], serve: ['run', 'preview'], dev: ['run', 'dev'] };
const nextCommands = { output: ['.next/static', '.next/server'], serve: ['run', 'start'], dev: ['run', 'dev'] };

/** Below a folder of the app. */
const images = `
  import fruits from '../../src/collection/stamps.images';
  import hero from '../../src/images/hero.image';`;
/** In JSX, and what is written as JSX is. */
const elements = `
  <Picture src={hero} alt="" sizes="50vw" priority id="first" data-by="us" aria-hidden="true" />
  {hero.variants?.dark && <Picture src={hero.variants.dark} />}
  <Picture src="/wrong.jpg" />
  <Picture src={{ src: '/wrong.jpg' }} />
  <Picture src={fruits} data-wrong="a collection" />
  <Picture src={hero} loading="wrong" />`;

export const apps: readonly App[] = [
  {
    ...vite,
    name: 'React',
    folder: 'react',
    mistakes: {
      file: 'src/Mistakes.tsx',
      text: `
        import { Picture } from 'unplugin-prompt-image/react';${images}
        export const Mistakes = () => <>${elements}
          <Picture src={hero} className="c" onLoad={() => {}} style={{ opacity: 1 }} />
        </>;`,
      check: ['exec', 'tsc', '--', '--noEmit'],
    },
  },
  {
    ...vite,
    name: 'Vue',
    folder: 'vue',
    mistakes: {
      file: 'src/Mistakes.vue',
      text: `
        <script setup lang="ts">
        import { Picture } from 'unplugin-prompt-image/vue';${images}
        </script>
        <template>
          <Picture :src="hero" alt="" sizes="50vw" priority id="first" class="c" style="opacity: 1" data-by="us" @load="() => {}" />
          <Picture v-if="hero.variants?.dark" :src="hero.variants.dark" />
          <Picture src="/wrong.jpg" />
          <Picture :src="{ src: '/wrong.jpg' }" />
          <Picture :src="fruits" data-wrong="a collection" />
          <Picture :src="hero" loading="wrong" />
        </template>`,
      check: ['exec', 'vue-tsc', '--', '--noEmit'],
    },
  },
  {
    ...vite,
    name: 'SvelteKit 2',
    folder: 'svelte-kit',
    output: ['build'],
    mistakes: {
      file: 'src/Mistakes.svelte',
      text: `
        <script lang="ts">
        import { Picture } from 'unplugin-prompt-image/svelte';${images}
        </script>
        <Picture src={hero} class="c" style="opacity: 1" onload={() => {}} />
        ${elements.replace(/\{(hero\.variants\?\.dark) && (.*)\}$/m, '{#if $1}$2{/if}')}`,
      check: ['exec', 'svelte-check', '--', '--output', 'machine'],
    },
  },
  {
    ...vite,
    name: 'Astro 5',
    folder: 'astro',
    mistakes: {
      file: 'src/Mistakes.astro',
      text: `---
        import Picture from 'unplugin-prompt-image/astro/Picture.astro';${images}
        ---
        <Picture src={hero} class="c" style="opacity: 1" />
        ${elements}`,
      check: ['exec', 'astro', '--', 'check'],
    },
  },
  { ...vite, name: 'Nuxt 4', folder: 'nuxt', output: ['.output/public', '.output/server'], serve: ['run', 'start'] },
  { ...nextCommands, name: 'Next.js 16 on Turbopack', folder: 'next', build: ['run', 'build'] },
  { ...nextCommands, name: 'Next.js 16 on webpack', folder: 'next', build: ['run', 'build:webpack'] },
];

/** On Node from its npm package. */
const NODE = '22.23.3';
export const newestApps: readonly App[] = [
  {
    ...vite,
    name: 'SvelteKit 3',
    folder: 'svelte-kit',
    output: ['build'],
    newest: {
      packages: {
        '@sveltejs/adapter-static': '4.0.1',
        '@sveltejs/enhanced-img': '1.0.0',
        '@sveltejs/kit': '3.2.0',
        typescript: '6.0.3',
      },
      files: {
        'svelte.config.js': undefined,
        'tsconfig.json':
          '{ "extends": "$app/tsconfig", "compilerOptions": { "types": ["unplugin-prompt-image/client"] } }',
        'vite.config.ts': `
          import adapter from '@sveltejs/adapter-static';
          import { enhancedImages } from '@sveltejs/enhanced-img';
          import { sveltekit } from '@sveltejs/kit/vite';
          import promptImage from 'unplugin-prompt-image/vite';
          import { defineConfig } from 'vite';
          export default defineConfig({
            plugins: [promptImage(), enhancedImages(), sveltekit({ adapter: adapter() })],
          });`,
      },
    },
  },
  { ...vite, name: 'Astro 7', folder: 'astro', newest: { packages: { astro: '7.3.5' } } },
];

/** An app with its packages, ready to be built. */
export interface Installed extends AsyncDisposable {
  path: (...segments: string[]) => string;
  npm: (...args: string[]) => ReturnType<typeof run>;
  /** Starts a server on a port. @returns it with its address, once it answers */
  serve: (args: readonly string[], port: number) => Promise<Started & { url: string }>;
}

/** Where pictures must be there already: nothing may be made anew. */
const env = { CI: 'true', NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' };

export async function install(app: App): Promise<Installed> {
  const folder = app.newest ? `${app.folder}-newest` : app.folder;
  const root = join(repositoryRoot, 'playground', folder);
  const options: ProcessOptions = { cwd: root, env };
  if (app.newest) {
    const own = join(repositoryRoot, 'playground', app.folder);
    const built = app.output.map((folder) => join(own, folder));
    // Beside the app's own, since it imports what lies above it; without what that one has built, which would be checked.
    await cp(own, root, {
      recursive: true,
      filter: (path) => !/\/(node_modules|package-lock\.json|\.\w[\w-]+)$/.test(path) && !built.includes(path),
    });
    for (const [name, text] of Object.entries(app.newest.files ?? {})) {
      await (text === undefined ? rm(join(root, name)) : writeFile(join(root, name), text));
    }
    const packages = Object.entries({ ...app.newest.packages, node: NODE }).map(
      ([name, version]) => `${name}@${version}`,
    );
    await succeed(run('npm', ['install', '--no-audit', '--no-fund', ...packages], options));
  } else {
    await succeed(run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], options));
  }
  // Before the system's, where an app brings one of its own.
  const path = `${join(root, 'node_modules', 'node', 'bin')}:${process.env.PATH}`;
  const own = app.newest ? { ...options, env: { ...env, PATH: path } } : options;
  return {
    path: (...segments) => join(root, ...segments),
    npm: (...args) => run('npm', args, { ...own, timeout: 240_000 }),
    serve: async (args, port) => {
      const words = args[1] === 'start' ? [] : ['--', '--port', String(port)];
      const server = await start('npm', [...args, ...words], {
        ...own,
        env: { ...own.env, CI: undefined, PORT: String(port), HOST: '127.0.0.1' },
      });
      const url = `http://localhost:${port}/`;
      await answer(url, server);
      return { ...server, url };
    },
    [Symbol.asyncDispose]: async () => {
      if (app.newest) await rm(root, { recursive: true, force: true });
    },
  };
}

async function succeed(running: ReturnType<typeof run>): Promise<void> {
  const { code, output } = await running;
  if (code !== 0) throw new Error(output);
}

/** Waits until a server answers. @throws Error with its output after a minute */
async function answer(url: string, server: Started): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} does not answer:\n${server.output()}`);
}
