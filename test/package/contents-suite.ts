import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, test } from 'vitest';
import { repositoryRoot, run } from '../support/workspace.js';
import type { Tarball } from './support/tarball.js';

const KILOBYTE = 1000;

/** What is in the tarball, and what the linters of packages say about it. */
export function testContents(tarball: () => Tarball): void {
  const filesOf = (folder = '') =>
    readdirSync(join(tarball().folder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(tarball().folder.length + 1))
      .sort();

  test('it holds the build, the types, the schemas, the docs, the font and the licences, and nothing else', () => {
    const files = filesOf();
    expect(files.filter((file) => !file.startsWith('dist/'))).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY.md',
      'assets/OFL.txt',
      'assets/prompt-image-mono.ttf',
      'client.d.ts',
      'collection.schema.json',
      'docs/bundlers.md',
      'docs/cli.md',
      'docs/frameworks.md',
      'docs/html.md',
      'docs/manifest.md',
      'package.json',
      'preset.schema.json',
      'schema.json',
      'src/components/astro/Picture.astro',
      'src/components/svelte/Picture.svelte',
      'src/components/svelte/index.d.ts',
      'src/components/svelte/index.js',
    ]);
    const built = files.filter((file) => file.startsWith('dist/'));
    const [types, code] = [
      built.filter((file) => file.endsWith('.d.ts')),
      built.filter((file) => file.endsWith('.js')),
    ];
    expect([...types, ...code].sort()).toEqual(built);
    const entries = [
      ...['astro', 'bun', 'esbuild', 'farm', 'html', 'index', 'jest', 'next', 'next-image', 'nuxt', 'react'],
      ...['rolldown', 'rollup', 'rspack', 'vite', 'vue', 'webpack'],
    ];
    expect(types).toEqual(expect.arrayContaining(entries.map((name) => `dist/${name}.d.ts`)));
    const programs = ['cli', 'encoder', 'turbopack-loader', 'vite-client'];
    expect(code).toEqual(expect.arrayContaining([...entries, ...programs].map((name) => `dist/${name}.js`)));
  });

  test('it is small', () => {
    expect(statSync(tarball().path).size).toBeLessThan(320 * KILOBYTE);
    const unpacked = filesOf().reduce((sum, file) => sum + statSync(join(tarball().folder, file)).size, 0);
    expect(unpacked).toBeLessThan(1100 * KILOBYTE);
  });

  test('every dependency is used, everything used is a dependency, and bundlers are loaded by their own entries', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(tarball().folder, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    const loaded = new Map<string, string[]>();
    for (const file of filesOf('dist').filter((name) => /(?<!vite-client)\.js$/.test(name))) {
      for (const name of packagesIn(readFileSync(join(tarball().folder, file), 'utf8'))) {
        loaded.set(name, [...(loaded.get(name) ?? []), file]);
      }
    }
    const peers = Object.keys(peerDependencies ?? {});
    // Bundled, but what the package's types are made of.
    const named = [...loaded.keys(), 'zod'];
    expect(named.filter((name) => !peers.includes(name)).sort()).toEqual(Object.keys(dependencies ?? {}).sort());
    expect(
      Object.fromEntries(peers.filter((name) => loaded.has(name)).map((name) => [name, loaded.get(name)])),
    ).toEqual({
      react: ['dist/react.js'],
      vue: ['dist/vue.js'],
    });
    expect(loaded.get('sharp')).toEqual(['dist/encoder.js']);
  });

  test('publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: tarball().folder, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('are the types wrong?', async () => {
    const attw = join(repositoryRoot, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    // What requires the package on Node 20.19 and later gets a module of ESM, which this profile knows nothing of.
    const options = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color'];
    // A component that Astro compiles, and what Turbopack alone loads: TypeScript sees neither.
    const others = ['--exclude-entrypoints', 'astro/Picture.astro', 'turbopack-loader'];
    const args = [attw, tarball().path, ...options, ...others];
    const { code, output } = await run(process.execPath, args);
    expect(code, output).toBe(0);
  });
}

/** The packages that a module of the build loads, with or without its start. */
function packagesIn(code: string): Set<string> {
  const specifiers = [...code.matchAll(/^(?:import|\} from|export .* from)\b[^"]*"([^"]+)"|\bimport\("([^"]+)"\)/gm)];
  const names = specifiers.map(([, still, dynamic]) => still ?? dynamic ?? '');
  const builtIn = new Set(process.getBuiltinModule('node:module').builtinModules);
  return new Set(
    names
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtIn.has(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')),
  );
}
