import { join } from 'node:path';
import { z } from 'zod';
import { readIfExists, replaceFile } from '../files/durable.js';
import { prepareFolder } from './originals.js';

/** Which picture this checkout last served at each address: what it goes on serving while the prompt is being changed. */
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
  const load = () => {
    saved ??= read(path);
    return saved;
  };
  return {
    stemOf: async (address) => fresh.get(address) ?? (await load()).get(address),
    remember: (address, stem) => {
      if (!frozen) fresh.set(address, stem);
    },
    save: async () => {
      const before = await load();
      if ([...fresh].every(([address, stem]) => before.get(address) === stem)) return;
      // Read again: another process may have served other pages meanwhile.
      const merged = new Map([...(await read(path)), ...fresh]);
      await prepareFolder(originalsFolder);
      await replaceFile(path, `${JSON.stringify(Object.fromEntries(merged), undefined, 2)}\n`);
      saved = Promise.resolve(merged);
      fresh.clear();
    },
  };
}

async function read(path: string): Promise<Map<string, string>> {
  const text = (await readIfExists(path))?.toString('utf8') ?? '{}';
  try {
    return new Map(Object.entries(servedSchema.parse(JSON.parse(text))));
  } catch (error) {
    // A memory, not a record: losing it only means that the newest picture is served.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return new Map();
    throw error;
  }
}
