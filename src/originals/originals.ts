import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFailure } from '../failure.js';
import { createOnce, isErrno, listIfExists } from '../files/durable.js';
import { labelOf } from '../image/label.js';
import { extensionOf, type OriginalName, parseName, stemOf } from './names.js';
import { type Original, readOriginal } from './read.js';
import { type OriginalRecord, renderRecord } from './record.js';

export type { Original } from './read.js';

/** The committed cache: pictures as they came, each with its record. Files are created once and never change. */
export interface Originals {
  readonly folder: string;
  /**
   * The original of a key, verified in full; `undefined` only where no file names the key.
   *
   * @throws `CACHE_CORRUPT`, `CACHE_ORPHAN`, `CACHE_LFS_POINTER`, `CACHE_NEWER`
   */
  find: (key: string) => Promise<Original | undefined>;
  /** The newest picture that was bought for an address, of its present take if there is one. Damaged ones are passed over. */
  newestFor: (address: string, take: number | string) => Promise<Original | undefined>;
  /** Stores a picture and its record, durably. */
  add: (picture: Uint8Array, record: Omit<OriginalRecord, 'self'>) => Promise<Original>;
  /** Every stem, for `check`. */
  stems: () => Promise<string[]>;
  /** Verifies one stem. */
  read: (stem: string) => Promise<Original>;
  /** Forgets the listing: files came or went. */
  refresh: () => void;
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

  return {
    folder,
    refresh,
    read: readPatiently,
    stems: async () => [...(await list()).files.keys()],

    find: async (key) => {
      const stems = (await list()).stems.get(key.slice(0, 16)) ?? [];
      const found = await Promise.all([...stems].map(readPatiently));
      const [serving, ...rivals] = found.filter((original) => original.record.key === key).sort(bySeniority);
      return serving && { ...serving, rivals: rivals.map(({ stem }) => stem) };
    },

    newestFor: async (address, take) => {
      const current = await list();
      const originals = await Promise.all([...current.files.keys()].map((stem) => unlessDamaged(read(stem, current))));
      const bought = originals.filter((original) => original?.record.for === address);
      const ofTake = bought.filter((original) => (original?.record.request.take ?? 1) === take);
      return (ofTake.length > 0 ? ofTake : bought).sort((a, b) => compare(b?.record.createdAt, a?.record.createdAt))[0];
    },

    add: async (picture, fields) => {
      const { record, text } = renderRecord(fields);
      const { key, image } = record;
      const stem = stemOf(labelOf(record.for, record.request.take), key, image.sha256);
      await prepareFolder(folder);
      await createOnce(join(folder, `${stem}.${extensionOf(image.format)}`), picture);
      try {
        await createOnce(join(folder, `${stem}.json`), text);
      } catch (error) {
        // The same bytes came twice for one key, at different times: the first record stands.
        if (!isErrno(error, 'EEXIST')) throw error;
      }
      refresh();
      return readPatiently(stem);
    },
  };
}

/** Creates the folder with what git needs to know about it: bytes are bytes, and `.local/` is nobody else's. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of [
    ['.gitignore', '.local/\n.tmp-*\n'],
    ['.gitattributes', '* -text\n'],
  ] as const) {
    try {
      await createOnce(join(folder, name), text);
    } catch (error) {
      // Someone wrote their own: theirs stands.
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}

interface Listing {
  /** The files of each stem. */
  files: Map<string, OriginalName[]>;
  /** The stems of each key's first 16 digits. */
  stems: Map<string, Set<string>>;
}

async function listFolder(folder: string): Promise<Listing> {
  const listing: Listing = { files: new Map(), stems: new Map() };
  for (const name of (await listIfExists(folder)).sort()) {
    const parsed = parseName(name);
    if (!parsed) continue;
    const { stem, key16 } = parsed;
    listing.files.set(stem, [...(listing.files.get(stem) ?? []), parsed]);
    listing.stems.set(key16, (listing.stems.get(key16) ?? new Set()).add(stem));
  }
  return listing;
}

/** Earliest first; the hash settles a tie. Nobody can win by grinding a hash: rivals are reported as a conflict. */
function bySeniority(a: Original, b: Original): number {
  return compare(a.record.createdAt, b.record.createdAt) || compare(a.record.image.sha256, b.record.image.sha256);
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}

async function unlessDamaged(reading: Promise<Original>): Promise<Original | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN', 'CACHE_LFS_POINTER', 'CACHE_NEWER')) return undefined;
    throw error;
  }
}
