import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packages } from './packages.js';

/** `id`: of the config file and of our entry. The first that a project depends on counts: Vite brings some of the others. */
const known = [
  { name: 'Vite', id: 'vite', dependency: 'vite' },
  { name: 'webpack', id: 'webpack', dependency: 'webpack' },
  { name: 'Rspack', id: 'rspack', dependency: '@rspack/core' },
  { name: 'Rolldown', id: 'rolldown', dependency: 'rolldown' },
  { name: 'Rollup', id: 'rollup', dependency: 'rollup' },
  { name: 'esbuild', id: 'esbuild', dependency: 'esbuild' },
] as const;

/** A bundler that a project uses, and what its config needs. */
export interface Bundler {
  name: (typeof known)[number]['name'];
  /** Name of its config file; `undefined`: none, as where a framework holds it. */
  config: string | undefined;
  /** Empty where the config names the plugin. */
  lines: readonly string[];
}

/** By their config files, else by the dependencies. */
export function findBundlers(root: string, packages: Packages): Bundler[] {
  const configs = known.flatMap(({ name, id }) => {
    const pattern = new RegExp(`^${id}\\.config\\.[cm]?[jt]s$`);
    const config = packages.files.find((file) => pattern.test(file));
    return config === undefined ? [] : [{ name, config, lines: linesFor(id, root, config, packages) }];
  });
  if (configs.length > 0) return configs;
  const found = known.find(({ dependency }) => packages.dependencies.has(dependency));
  return found ? [{ name: found.name, config: undefined, lines: bothLines(found.id, false) }] : [];
}

function linesFor(id: string, root: string, config: string, { isModule }: Packages): string[] {
  const text = readFileSync(join(root, config), 'utf8');
  if (text.includes(`unplugin-prompt-image/${id}`)) return [];
  const isCommonJs = /\.cjs$/.test(config) || (/\.js$/.test(config) && !isModule && !/^import\s/m.test(text));
  return bothLines(id, isCommonJs);
}

function bothLines(id: string, isCommonJs: boolean): string[] {
  const entry = `'unplugin-prompt-image/${id}'`;
  return [
    isCommonJs ? `const promptImage = require(${entry});` : `import promptImage from ${entry};`,
    'plugins: [promptImage()],',
  ];
}
