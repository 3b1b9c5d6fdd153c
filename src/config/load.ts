import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ParseError, parseTree } from 'jsonc-parser';
import { isFailure, type Place, PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { type Config, parseConfig } from './options.js';

/**
 * Reads a config file, TypeScript included, anew at each call.
 *
 * @param redact takes keys out of what a config throws
 * @throws `CONFIG_INVALID`, `NOT_BUILT_YET`
 */
export async function loadConfig(file: string, redact: (text: string) => string): Promise<Config> {
  const name = basename(file);
  const exported = file.endsWith('.json') ? await readJson(file, name) : await evaluate(file, name, redact);
  // No list, no function, no namespace.
  if (Object.prototype.toString.call(exported) !== '[object Object]') {
    const next = file.endsWith('.json') ? '{ … }' : 'export default defineConfig({ … })';
    throw new PromptImageError('CONFIG_INVALID', 'has no default export of an object', {
      place: { file: name },
      next: `It should be: ${next}`,
    });
  }
  return parseConfig(exported, name);
}

async function readJson(file: string, name: string): Promise<unknown> {
  const text = (await readText(file, name)).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Not in the words of the error, which quote the file.
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const before = text.slice(0, errors[0]?.offset ?? 0);
    const place = { file: name, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
    throw new PromptImageError('CONFIG_INVALID', 'is not JSON', { place });
  }
}

async function readText(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new PromptImageError('CONFIG_INVALID', `cannot be read (${error.code})`, {
      place: { file: name },
      cause: error,
    });
  }
}

async function evaluate(file: string, name: string, redact: (text: string) => string): Promise<unknown> {
  // Tells what is wrong with a file that cannot be read better than a module loader does.
  await readText(file, name);
  try {
    const exports = await importAnew(file);
    // CommonJS that was compiled from a module has its default export one level further down.
    const { __esModule: compiled, default: inner } = (exports ?? {}) as { __esModule?: true; default?: unknown };
    return compiled ? inner : exports;
  } catch (error) {
    if (isFailure(error)) throw error;
    // The first line: further ones quote the file, in which a key may stand. Nor is it passed on as a cause.
    const [words = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new PromptImageError('CONFIG_INVALID', `cannot be loaded: ${redact(words).trim()}`, {
      place: placeOf(error, file, name),
    });
  }
}

/** Anew for each state of the file. jiti, which takes long to load, only where Node does not take the file as it is. */
async function importAnew(file: string): Promise<unknown> {
  if (/\.m?js$/.test(file)) {
    const { mtimeMs } = await stat(file);
    // CommonJS is remembered by its path alone.
    delete createRequire(file).cache[file];
    return ((await import(`${pathToFileURL(file)}?${mtimeMs}`)) as { default?: unknown }).default;
  }
  const { createJiti } = await import('jiti');
  // No caches: nothing is written beside the config.
  const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false, interopDefault: false });
  return ((await jiti.import(file)) as { default?: unknown }).default;
}

/** Where a stack, or the message of a syntax error, first names the file. */
function placeOf(error: unknown, file: string, name: string): Place {
  const text = error instanceof Error ? `${error.message}\n${error.stack}` : '';
  const [, before = ''] = text.split(file, 2);
  const [, line, column] = /^(?:\?[\d.]+)?:(\d+)(?::(\d+))?/.exec(before) ?? [];
  return { file: name, ...(line ? { line: Number(line) } : {}), ...(column ? { column: Number(column) } : {}) };
}
