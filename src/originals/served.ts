import { join } from 'node:path';
import * as z from 'zod';
import { replaceFile } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { prepareFolder } from './originals.js';

/**
 * Which picture this checkout last served at each address: what it goes on serving while the prompt is being changed. A
 * memory and not a record: losing it only means that the newest picture is served, so nothing here fails a build.
 */
export interface ServedPictures {
  stemOf: (address: string) => Promise<string | undefined>;
  remember: (address: string, stem: string) => void;
  /** Writes what has changed. */
  save: () => Promise<void>;
}

const servedSchema = z.record(z.string(), z.string());

/** @param frozen nothing is remembered, and nothing written */
export function openServed(originalsFolder: string, frozen: boolean): ServedPictures {
  const path = join(originalsFolder, '.local', 'served.json');
  const fresh = new Map<string, string>();
  let saved: Promise<Map<string, string>> | undefined;
  let saving = Promise.resolve();

  const load = () => {
    saved ??= read(path);
    return saved;
  };

  const write = async (): Promise<void> => {
    const before = await load();
    const news = [...fresh].filter(([address, stem]) => before.get(address) !== stem);
    if (news.length === 0) return;
    // Read again: another process may have served other pages meanwhile.
    const merged = new Map([...(await read(path)), ...news]);
    try {
      await prepareFolder(originalsFolder);
      await replaceFile(path, `${JSON.stringify(Object.fromEntries(merged), undefined, 2)}\n`);
    } catch (error) {
      // A checkout that cannot be written to, a full disk.
      if (!isErrno(error)) throw error;
    }
    saved = Promise.resolve(merged);
  };

  return {
    stemOf: async (address) => fresh.get(address) ?? (await load()).get(address),
    remember: (address, stem) => {
      if (!frozen) fresh.set(address, stem);
    },
    save: () => {
      // One after the other, or the later one could be overtaken by the earlier.
      saving = saving.then(write);
      return saving;
    },
  };
}

async function read(path: string): Promise<Map<string, string>> {
  try {
    const text = (await readIfExists(path))?.toString('utf8') ?? '{}';
    return new Map(Object.entries(servedSchema.parse(JSON.parse(text))));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || isErrno(error)) return new Map();
    throw error;
  }
}
