import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, listIfExists } from '../files/errno.js';
import { sweepTemporaries, temporaryName } from '../files/temporary.js';
import { sha256 } from '../request.js';

/**
 * The disposable cache: files named `<id>-<first 16 digits of their SHA-256>.<extension>`, so that a truncated one is
 * found out when it is read. `id` is a digest of everything that determines the bytes.
 */
export interface DerivedCache {
  has: (id: string) => boolean;
  /** The verified bytes; `undefined` where there is no such entry, or it is damaged, in which case it is gone afterwards. */
  read: (id: string) => Promise<Buffer | undefined>;
  /** Path of an entry that `read` has just given. */
  pathOf: (id: string) => string;
  /** Takes over a finished file that stands in the cache's folder. */
  adopt: (id: string, file: { path: string; sha256: string; extension: string }) => Promise<void>;
  write: (id: string, bytes: Uint8Array | string, extension: string) => Promise<void>;
  /** A path in the cache's folder for a file that is not finished. */
  temporary: () => Promise<string>;
}

const pattern = /^([0-9a-f]{64})-([0-9a-f]{16})\.\w+$/;

/** Lists the folder once; entries that other processes add afterwards are made again, to the same bytes. */
export async function openCache(folder: string): Promise<DerivedCache> {
  const names = await list(folder);
  let prepared = false;

  const cache: DerivedCache = {
    has: (id) => names.has(id),

    pathOf: (id) => join(folder, names.get(id) ?? id),

    read: async (id) => {
      const name = names.get(id);
      if (name === undefined) return undefined;
      const bytes = readNow(join(folder, name));
      if (bytes && sha256(bytes).startsWith(pattern.exec(name)?.[2] ?? ' ')) return bytes;
      names.delete(id);
      await rm(join(folder, name), { force: true });
      return undefined;
    },

    adopt: async (id, { path, sha256: hash, extension }) => {
      const name = `${id}-${hash.slice(0, 16)}.${extension}`;
      await rename(path, join(folder, name));
      names.set(id, name);
    },

    write: async (id, bytes, extension) => {
      const path = await cache.temporary();
      await writeFile(path, bytes);
      await cache.adopt(id, { path, sha256: sha256(bytes), extension });
    },

    temporary: async () => {
      await mkdir(folder, { recursive: true });
      if (!prepared) {
        await writeFile(join(folder, '.gitignore'), '*\n');
        await sweepTemporaries(folder);
      }
      prepared = true;
      // Several projects of one process, and processes of several machines, may share the folder.
      return join(folder, temporaryName('scratch'));
    },
  };
  return cache;
}

/**
 * Not by a promise, which costs four trips to a thread for each of hundreds of small files: a third of a warm build's time.
 */
function readNow(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function list(folder: string): Promise<Map<string, string>> {
  const entries = await listIfExists(folder);
  return new Map(entries.map((name) => [pattern.exec(name)?.[1] ?? '', name]));
}
