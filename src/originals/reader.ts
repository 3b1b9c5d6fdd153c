import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { isFailure, type PromptImageError } from '../failure.js';
import { type Listing, listFolder } from './listing.js';
import { type Original, readOriginal, readRecord } from './read.js';
import type { OriginalRecord } from './record.js';

/** A record is written right after its picture; a reader that comes in between looks again once. */
const WRITE_GAP = 250;
/** Milliseconds of reading at once, after which others have their turn. */
const SLICE = 10;

/** A record and whose it is. */
export interface RecordOf {
  stem: string;
  record: OriginalRecord;
}

/** Reads a folder's originals, each file once until it is told to forget them. Damaged ones are read again. */
export interface Reader {
  list: () => Promise<Listing>;
  /** Both files, as they are. @throws `CACHE_*` */
  read: (stem: string) => Promise<Original>;
  /** Both files; a record that is about to be written is waited for. @throws `CACHE_*` */
  readPatiently: (stem: string) => Promise<Original>;
  /** All that are whole, in the order of the stems; waits once for what is about to be written. */
  readAll: (stems: readonly string[], onDamage: (error: PromptImageError) => void) => Promise<Original[]>;
  /** Records alone, of those stems whose record can be read. @param onDamage throws, or passes one over */
  records: (stems: readonly string[], onDamage: (error: unknown) => void) => Promise<RecordOf[]>;
  /** Files came or went. */
  forget: () => void;
}

export function openReader(folder: string): Reader {
  let listing: Promise<Listing> | undefined;
  let originals = new Map<string, Original>();
  let known = new Map<string, OriginalRecord>();

  const list = () => {
    listing ??= listFolder(folder);
    // A failed read must be tried again, not remembered.
    listing.catch(() => {
      listing = undefined;
    });
    return listing;
  };

  const recordOf = (stem: string) => remembered(known, stem, () => readRecord(folder, stem));
  const readFrom = ({ files }: Listing, stem: string) =>
    remembered(originals, stem, () => readOriginal(folder, stem, files.get(stem) ?? [], recordOf));
  const read = async (stem: string) => readFrom(await list(), stem);

  const readPatiently = async (stem: string) => {
    try {
      return await read(stem);
    } catch (error) {
      if (!isFailure(error, 'CACHE_ORPHAN')) throw error;
      await delay(WRITE_GAP);
      listing = undefined;
      return read(stem);
    }
  };

  const readAll: Reader['readAll'] = async (stems, onDamage) => {
    const found = new Map<string, Original>();
    const readThose = async (some: readonly string[], onFailure: (error: PromptImageError, stem: string) => void) => {
      const current = await list();
      await inTurns(some, (stem) => {
        try {
          found.set(stem, readFrom(current, stem));
        } catch (error) {
          if (!isFailure(error)) throw error;
          onFailure(error, stem);
        }
      });
    };
    const halves: string[] = [];
    await readThose(stems, (error, stem) => {
      if (error.code === 'CACHE_ORPHAN') halves.push(stem);
      else onDamage(error);
    });
    if (halves.length > 0) {
      await delay(WRITE_GAP);
      listing = undefined;
      await readThose(halves, onDamage);
    }
    return stems.flatMap((stem) => found.get(stem) ?? []);
  };

  const records: Reader['records'] = async (stems, onDamage) => {
    const found: RecordOf[] = [];
    await inTurns(stems, (stem) => {
      try {
        found.push({ stem, record: recordOf(stem) });
      } catch (error) {
        onDamage(error);
      }
    });
    return found;
  };

  const forget = () => {
    listing = undefined;
    originals = new Map();
    known = new Map();
  };

  return { list, read, readPatiently, readAll, records, forget };
}

function remembered<T>(memory: Map<string, T>, stem: string, read: () => T): T {
  const known = memory.get(stem);
  if (known !== undefined) return known;
  const fresh = read();
  memory.set(stem, fresh);
  return fresh;
}

async function inTurns(stems: readonly string[], work: (stem: string) => void): Promise<void> {
  let since = performance.now();
  for (const stem of stems) {
    if (performance.now() - since > SLICE) {
      await turn();
      since = performance.now();
    }
    work(stem);
  }
}
