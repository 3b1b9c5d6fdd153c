import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFailure } from '../failure.js';
import { createOnce, makeFolder } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { labelOf, labelStart } from '../image/label.js';
import { type Listing, listFolder } from './listing.js';
import { extensionOf, stemOf } from './names.js';
import { damaged, type Original, readOriginal, readRecord } from './read.js';
import { type OriginalRecord, parseRecord, renderRecord } from './record.js';

export type { Original } from './read.js';

/** The committed cache: pictures as they came, each with its record. Files are created once and never change. */
export interface Originals {
  readonly folder: string;
  /**
   * The original of a key, verified in full; `undefined` only where certainly no file names the key.
   *
   * @throws `CACHE_CORRUPT`, `CACHE_ORPHAN`, `CACHE_LFS_POINTER`, `CACHE_NEWER`
   */
  find: (key: string) => Promise<Original | undefined>;
  /** All originals of a key that are whole, oldest first. Damaged ones are passed over. */
  wholeOf: (key: string) => Promise<Original[]>;
  /**
   * The newest picture that was bought for an address, of its present take if there is one; `undefined` where it never had one.
   * Damaged ones are passed over for whole ones.
   *
   * @throws `CACHE_*` where there are only damaged ones
   */
  newestFor: (address: string, take: number | string) => Promise<Original | undefined>;
  /**
   * Stores a picture and its record, durably.
   *
   * @throws `CACHE_CORRUPT` where something damaged stands under their names
   */
  add: (picture: Uint8Array, record: Omit<OriginalRecord, 'self'>) => Promise<Original>;
  /** Every stem, for `check`. */
  stems: () => Promise<string[]>;
  /** The records alone, oldest first; their pictures may be anything. Damaged records are passed over. */
  records: () => Promise<RecordOf[]>;
  /** Verifies one stem. */
  read: (stem: string) => Promise<Original>;
  /** Forgets the listing: files came or went. */
  refresh: () => void;
}

/** A record and whose it is. */
export interface RecordOf {
  stem: string;
  record: OriginalRecord;
}

/** A record is written right after its picture; a reader that comes in between looks again once. */
const WRITE_GAP = 250;

export function openOriginals(folder: string): Originals {
  let listing: Promise<Listing> | undefined;
  const verified = new Map<string, Promise<Original>>();

  const list = () => {
    listing ??= listFolder(folder);
    // A failed read must be tried again, not remembered.
    listing.catch(() => {
      listing = undefined;
    });
    return listing;
  };

  const read = (stem: string, { files }: Listing) => {
    let reading = verified.get(stem);
    if (!reading) {
      reading = readOriginal(folder, stem, files.get(stem) ?? []);
      reading.catch(() => verified.delete(stem));
      verified.set(stem, reading);
    }
    return reading;
  };

  const readPatiently = async (stem: string): Promise<Original> => {
    try {
      return await read(stem, await list());
    } catch (error) {
      if (!isFailure(error, 'CACHE_ORPHAN')) throw error;
      await delay(WRITE_GAP);
      listing = undefined;
      return read(stem, await list());
    }
  };

  const refresh = () => {
    listing = undefined;
    verified.clear();
  };

  /** @param passOver damaged ones */
  const recordsOf = async (stems: readonly string[], passOver = unlessDamaged): Promise<RecordOf[]> => {
    const records: RecordOf[] = [];
    // One after the other: all at once would open more files than a system may allow.
    for (const stem of stems) {
      const record = await passOver(readRecord(folder, stem));
      if (record) records.push({ stem, record });
    }
    return records.sort(bySeniority);
  };

  return {
    folder,
    refresh,
    read: readPatiently,
    stems: async () => [...(await list()).files.keys()],
    records: async () => recordsOf([...(await list()).files.keys()]),

    find: async (key) => {
      const stems = (await list()).stems.get(key.slice(0, 16)) ?? [];
      const found = await Promise.all([...stems].map(readPatiently));
      const [serving, ...rivals] = found.filter((original) => original.record.key === key).sort(bySeniority);
      return serving && { ...serving, rivals: rivals.map(({ stem }) => stem) };
    },

    wholeOf: async (key) => {
      const stems = (await list()).stems.get(key.slice(0, 16)) ?? [];
      const found = await Promise.all([...stems].map((stem) => unlessDamaged(readPatiently(stem))));
      return found.flatMap((original) => (original?.record.key === key ? [original] : [])).sort(bySeniority);
    },

    newestFor: async (address, take) => {
      const current = await list();
      // By their names first, then by their records: a project may have hundreds of pictures, of megabytes each.
      const stems = [...current.files.keys()].filter((stem) => stem.startsWith(labelStart(address)));
      let damage: unknown;
      const unlessBroken = async <T>(reading: Promise<T>): Promise<T | undefined> => {
        try {
          return await reading;
        } catch (error) {
          if (!isDamage(error)) throw error;
          // What it was for, a pointer does not say; what is broken is told by `check`.
          if (isFailure(error, 'CACHE_LFS_POINTER')) damage ??= error;
          return undefined;
        }
      };
      const bought = (await recordsOf(stems, unlessBroken)).filter(({ record }) => record.for === address);
      const isTake = ({ record }: RecordOf) => Number((record.request.take ?? 1) === take);
      for (const { stem } of bought.sort((a, b) => isTake(b) - isTake(a) || timeOf(b) - timeOf(a))) {
        try {
          return await read(stem, current);
        } catch (error) {
          if (!isDamage(error)) throw error;
          damage ??= error;
        }
      }
      // It had a picture: to say that it never had one would let it be bought by itself.
      if (damage !== undefined) throw damage;
      return undefined;
    },

    add: async (picture, fields) => {
      const { text } = renderRecord(fields);
      // Read back first: what cannot be read must not come to stand there for good.
      const { key, image, request, for: address } = parseRecord(Buffer.from(text));
      const stem = stemOf(labelOf(address, request.take), key, image.sha256);
      await prepareFolder(folder);
      if ((await createUnlessTaken(join(folder, `${stem}.${extensionOf(image.format)}`), picture)) === 'taken') {
        throw damaged(folder, stem, 'has other bytes than its name says');
      }
      // The same bytes may come twice for one key, at different times: the first record stands.
      await createUnlessTaken(join(folder, `${stem}.json`), text);
      refresh();
      return readPatiently(stem);
    },
  };
}

/** Creates the folder with what git needs to know about it: bytes are bytes, and `.local/` is nobody else's. */
export async function prepareFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  for (const [name, text] of [
    ['.gitignore', '.local/\n.tmp-*\n'],
    ['.gitattributes', '* -text\n'],
  ] as const) {
    const path = join(folder, name);
    // Someone may have written their own: theirs stands.
    if ((await readIfExists(path)) === undefined) await createUnlessTaken(path, text);
  }
}

/** @returns `taken` where other bytes stand under that name, which are left as they are */
async function createUnlessTaken(path: string, bytes: Uint8Array | string): Promise<'there' | 'taken'> {
  try {
    await createOnce(path, bytes);
    return 'there';
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'taken';
    throw error;
  }
}

/** Earliest first; the hash settles a tie. Nobody can win by grinding a hash: rivals are reported as a conflict. */
function bySeniority(a: Pick<RecordOf, 'record'>, b: Pick<RecordOf, 'record'>): number {
  const [first, second] = [a.record.image.sha256, b.record.image.sha256];
  return timeOf(a) - timeOf(b) || (first < second ? -1 : Number(first > second));
}

/** Milliseconds since the epoch; records may be more or less exact. */
function timeOf({ record }: Pick<RecordOf, 'record'>): number {
  return Date.parse(record.createdAt);
}

async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** What is known to be wrong with a file; not that it could not be read just now. */
function isDamage(error: unknown): boolean {
  return isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN', 'CACHE_LFS_POINTER', 'CACHE_NEWER');
}
