import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PromptImageError } from '../../failure.js';

/** What a project's folder says of itself. */
export interface Packages {
  /** Names of the files beside package.json. */
  files: readonly string[];
  /** Names of all direct dependencies. */
  dependencies: ReadonlySet<string>;
  /** Whether a `.js` file is a module. */
  isModule: boolean;
  usesTypeScript: boolean;
  /** The command that installs this package; `undefined` where it is there. */
  install: string | undefined;
}

const OWN_NAME = 'unplugin-prompt-image';

/** How each package manager adds a development dependency, by its lockfile. */
const managers = {
  'pnpm-lock.yaml': 'pnpm add -D',
  'yarn.lock': 'yarn add -D',
  'bun.lock': 'bun add -d',
  'bun.lockb': 'bun add -d',
  'package-lock.json': 'npm install --save-dev',
};

/** @param top where to stop looking for a lockfile: a workspace has one at its top */
export function readPackages(root: string, top: string | undefined): Packages {
  const files = readdirSync(root);
  const { type, dependencies, devDependencies } = readPackageJson(join(root, 'package.json'));
  const names = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const isInstalled = names.has(OWN_NAME) || existsSync(join(root, 'node_modules', OWN_NAME));
  return {
    files,
    dependencies: names,
    isModule: type === 'module',
    usesTypeScript: names.has('typescript') || files.some((file) => /^tsconfig(?:\..+)?\.json$/.test(file)),
    install: isInstalled ? undefined : `${installCommand(root, top)} ${OWN_NAME}`,
  };
}

function installCommand(root: string, top: string | undefined): string {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = Object.entries(managers).find(([lockfile]) => existsSync(join(folder, lockfile)));
    if (found) return found[1];
    if (folder === (top ?? root) || folder === dirname(folder)) return managers['package-lock.json'];
  }
}

interface PackageJson {
  type?: string;
  dependencies?: object;
  devDependencies?: object;
}

function readPackageJson(path: string): PackageJson {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as PackageJson;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PromptImageError('CONFIG_INVALID', 'is not JSON', { place: { file: 'package.json' }, cause: error });
  }
}
