import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';

const names = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `prompt-image.config.${extension}`);

export interface Location {
  root: string;
  /** Absolute; `undefined`: the project has none. */
  configFile: string | undefined;
}

/**
 * Finds the root and the config file: the nearest config upward from `start`, up to the repository's top; else the folder of
 * the nearest package.json. What is given explicitly wins.
 */
export function locateProject(start: string, options: { root?: string; configFile?: string }): Location {
  const root = options.root === undefined ? undefined : resolve(start, options.root);
  if (options.configFile !== undefined) {
    const configFile = resolve(root ?? start, options.configFile);
    if (!exists(configFile)) {
      throw new PromptImageError('CONFIG_INVALID', `there is no config file ${configFile}`);
    }
    return { root: root ?? dirname(configFile), configFile };
  }
  if (root !== undefined) return { root, configFile: configIn(root) };
  const folders = [...upward(resolve(start))];
  const configFile = folders.map(configIn).find((file) => file !== undefined);
  if (configFile) return { root: dirname(configFile), configFile };
  return {
    root: folders.find((folder) => exists(join(folder, 'package.json'))) ?? resolve(start),
    configFile: undefined,
  };
}

function configIn(folder: string): string | undefined {
  return names.map((name) => join(folder, name)).find((file) => exists(file));
}

/** The folder and those above it, up to the repository's top; without a repository up to the file system's. */
export function* upward(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (exists(join(current, '.git')) || basename(current) === '') return;
  }
}

/** What cannot be looked at is an error: nobody's config is passed over in silence. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return false;
    if (!isErrno(error)) throw error;
    throw new PromptImageError('CONFIG_INVALID', `${path} cannot be looked at (${error.code})`, { cause: error });
  }
}
