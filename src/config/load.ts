import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createJiti } from 'jiti';
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
  // No caches: an edited config counts at once, and nothing is written beside it.
  const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false });
  let exported: unknown;
  try {
    exported = await jiti.import(file, { default: true });
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

function invalid(name: string, cause: Error): PromptImageError {
  return new PromptImageError('CONFIG_INVALID', `cannot be loaded: ${cause.message}`, { place: { file: name }, cause });
}
