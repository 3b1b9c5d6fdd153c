import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PromptImageError } from '../failure.js';
import { type Config, parseConfig } from './options.js';

/** Reads a config file, TypeScript included, anew at each call. @throws `CONFIG_INVALID`, `NOT_BUILT_YET` */
export async function loadConfig(file: string): Promise<Config> {
  const name = basename(file);
  return parseConfig(file.endsWith('.json') ? await readJson(file, name) : await evaluate(file, name), name);
}

async function readJson(file: string, name: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(name, error);
  }
}

async function evaluate(file: string, name: string): Promise<unknown> {
  let exported: unknown;
  try {
    exported = await importDefault(file);
  } catch (error) {
    if (error instanceof PromptImageError || !(error instanceof Error)) throw error;
    throw invalid(name, error);
  }
  if (typeof exported !== 'object' || exported === null) {
    throw new PromptImageError('CONFIG_INVALID', 'has no default export of an object', {
      place: { file: name },
      next: 'export default defineConfig({ … })',
    });
  }
  return exported;
}

/** Anew for each state of the file. jiti, which takes long to load, only where Node does not take the file as it is. */
async function importDefault(file: string): Promise<unknown> {
  if (/\.m?js$/.test(file)) {
    const { mtimeMs } = await stat(file);
    return ((await import(`${pathToFileURL(file)}?${mtimeMs}`)) as { default?: unknown }).default;
  }
  const { createJiti } = await import('jiti');
  // No caches: nothing is written beside the config.
  return createJiti(import.meta.url, { moduleCache: false, fsCache: false }).import(file, { default: true });
}

function invalid(name: string, cause: Error): PromptImageError {
  return new PromptImageError('CONFIG_INVALID', `cannot be loaded: ${cause.message}`, { place: { file: name }, cause });
}
