import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packages } from './packages.js';

interface Known {
  name: string;
  /** Of its config file and of our entry. */
  id: string;
  dependency: string;
  /** What goes into its config below the import. @default a list of plugins */
  use?: string;
  /** What is imported. @default `promptImage`; with `null` the entry is named in `use` */
  imported?: string | null;
  /** Its entry tells TypeScript of images by itself. */
  bringsTypes?: boolean;
}

/** The first that a project depends on counts: frameworks bring Vite or webpack, and Vite some of the others. */
const known: readonly Known[] = [
  {
    name: 'Next.js',
    id: 'next',
    dependency: 'next',
    imported: 'withPromptImage',
    use: 'export default withPromptImage(nextConfig);',
  },
  {
    name: 'Nuxt',
    id: 'nuxt',
    dependency: 'nuxt',
    imported: null,
    use: "modules: ['unplugin-prompt-image/nuxt'],",
    bringsTypes: true,
  },
  { name: 'Astro', id: 'astro', dependency: 'astro', use: 'integrations: [promptImage()],', bringsTypes: true },
  { name: 'Vite', id: 'vite', dependency: 'vite' },
  { name: 'webpack', id: 'webpack', dependency: 'webpack' },
  { name: 'Rspack', id: 'rspack', dependency: '@rspack/core' },
  { name: 'Farm', id: 'farm', dependency: '@farmfe/core' },
  { name: 'Rolldown', id: 'rolldown', dependency: 'rolldown' },
  { name: 'Rollup', id: 'rollup', dependency: 'rollup' },
  { name: 'esbuild', id: 'esbuild', dependency: 'esbuild' },
];

/** A bundler, or a framework with one, that a project uses, and what its config needs. */
export interface Bundler {
  name: string;
  /** Name of its config file; `undefined`: none, as where a framework holds it. */
  config: string | undefined;
  /** Empty where the config names the plugin. */
  lines: readonly string[];
  bringsTypes: boolean;
}

/** By their config files, else by the dependencies. */
export function findBundlers(root: string, packages: Packages): Bundler[] {
  const configs = known.flatMap((each): Bundler[] => {
    const pattern = new RegExp(`^${each.id}\\.config\\.[cm]?[jt]s$`);
    const config = packages.files.find((file) => pattern.test(file));
    if (config === undefined) return [];
    return [{ ...describe(each), config, lines: missingLines(each, root, config, packages) }];
  });
  if (configs.length > 0) return configs;
  const found = known.find(({ dependency }) => packages.dependencies.has(dependency));
  return found ? [{ ...describe(found), config: undefined, lines: allLines(found, false) }] : [];
}

function describe({ name, bringsTypes = false }: Known): Pick<Bundler, 'name' | 'bringsTypes'> {
  return { name, bringsTypes };
}

function missingLines(bundler: Known, root: string, config: string, { isModule }: Packages): string[] {
  const text = readFileSync(join(root, config), 'utf8');
  if (text.includes(`unplugin-prompt-image/${bundler.id}`)) return [];
  const isCommonJs = /\.cjs$/.test(config) || (/\.js$/.test(config) && !isModule && !/^import\s/m.test(text));
  return allLines(bundler, isCommonJs);
}

function allLines(
  { id, imported = 'promptImage', use = 'plugins: [promptImage()],' }: Known,
  isCommonJs: boolean,
): string[] {
  const entry = `'unplugin-prompt-image/${id}'`;
  if (imported === null) return [use];
  return isCommonJs
    ? [`const ${imported} = require(${entry});`, use.replace('export default', 'module.exports =')]
    : [`import ${imported} from ${entry};`, use];
}
