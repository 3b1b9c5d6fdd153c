import { join } from 'node:path';
import { isFailure, type PromptImageError } from '../failure.js';
import { createOnce, makeFolder } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { labelOf, labelStart } from '../image/label.js';
import { type KeyedRequest, promptKeyOf } from '../request.js';
import { extensionOf, shortKey, stemOf } from './names.js';
import { damaged, type Original } from './read.js';
import { openReader, type RecordOf } from './reader.js';
import { type OriginalRecord, parseRecord, renderRecord } from './record.js';

export type { Original } from './read.js';
export type { RecordOf } from './reader.js';

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
  /**
   * Every original that is whole, in the order of the stems; the one that serves its key names its rivals. Far cheaper than
   * {@link read} and {@link find} for each.
   *
   * @param onDamage called once for each that is not whole, with a `CACHE_*` failure
   */
  all: (onDamage: (error: PromptImageError) => void) => Promise<Original[]>;
  /** Every stem. */
  stems: () => Promise<string[]>;
  /** The records alone, oldest first; their pictures may be anything. Damaged records are passed over. */
  records: () => Promise<RecordOf[]>;
  /** The records of those pictures that were bought for exactly this prompt side, be it as another take; otherwise like {@link records}. */
  recordsOfPrompt: (request: KeyedRequest) => Promise<readonly RecordOf[]>;
  /** Verifies one stem. */
  read: (stem: string) => Promise<Original>;
  /** Forgets the listing: files came or went. */
  refresh: () => void;
}

export function openOriginals(folder: string): Originals {
  const reader = openReader(folder);
  const { list, read, readPatiently } = reader;
  let records: Promise<RecordOf[]> | undefined;
  let prompts: Promise<Map<string, RecordOf[]>> | undefined;

  const refresh = () => {
    reader.forget();
    records = undefined;
    prompts = undefined;
  };

  const passOver = (error: unknown) => {
    if (!isDamage(error)) throw error;
  };

  const allRecords = () => {
    records ??= list().then(async ({ files }) => (await reader.records([...files.keys()], passOver)).sort(bySeniority));
    records.catch(() => {
      records = undefined;
    });
    return records;
  };

  const stemsOf = async (key: string) => [...((await list()).stems.get(shortKey(key)) ?? [])];

  return {
    folder,
    refresh,
    read: readPatiently,
    stems: async () => [...(await list()).files.keys()],
    records: async () => [...(await allRecords())],

    recordsOfPrompt: async (request) => {
      prompts ??= allRecords().then((all) => groupBy(all, ({ record }) => promptKeyOf(record.request)));
      prompts.catch(() => {
        prompts = undefined;
      });
      return (await prompts).get(promptKeyOf(request)) ?? [];
    },

    all: async (onDamage) => {
      const found = await reader.readAll([...(await list()).files.keys()], onDamage);
      const rivals = new Map<string, readonly string[]>();
      for (const siblings of groupBy(found, ({ record }) => record.key).values()) {
        const [serving, ...others] = siblings.sort(bySeniority).map(({ stem }) => stem);
        if (serving !== undefined && others.length > 0) rivals.set(serving, others);
      }
      return found.map((original) => ({ ...original, rivals: rivals.get(original.stem) ?? [] }));
    },

    find: async (key) => {
      const found = await Promise.all((await stemsOf(key)).map(readPatiently));
      const [serving, ...rivals] = found.filter((original) => original.record.key === key).sort(bySeniority);
      return serving && { ...serving, rivals: rivals.map(({ stem }) => stem) };
    },

    wholeOf: async (key) => {
      const found = await Promise.all((await stemsOf(key)).map((stem) => readPatiently(stem).catch(passOver)));
      return found.flatMap((original) => (original?.record.key === key ? [original] : [])).sort(bySeniority);
    },

    newestFor: async (address, take) => {
      const start = labelStart(address);
      // By their names first, then by their records: a project may have hundreds of pictures, of megabytes each.
      const stems = [...(await list()).files.keys()].filter((stem) => stem.startsWith(start));
      let damage: unknown;
      const candidates = await reader.records(stems, (error) => {
        if (!isDamage(error)) throw error;
        // What it was for, a pointer does not say; what is broken is told by `check`.
        if (isFailure(error, 'CACHE_LFS_POINTER')) damage ??= error;
      });
      const bought = candidates.filter(({ record }) => record.for === address);
      const isTake = ({ record }: RecordOf) => Number((record.request.take ?? 1) === take);
      for (const { stem } of bought.sort((a, b) => isTake(b) - isTake(a) || timeOf(b) - timeOf(a))) {
        try {
          return await read(stem);
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

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** What is known to be wrong with a file; not that it could not be read just now. */
function isDamage(error: unknown): boolean {
  return isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN', 'CACHE_LFS_POINTER', 'CACHE_NEWER');
}
