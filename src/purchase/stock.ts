import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isFailure } from '../failure.js';
import { createOnce } from '../files/durable.js';
import { isErrno } from '../files/errno.js';
import { type Original, type Originals, openOriginals, prepareFolder } from '../originals/originals.js';
import { prunedFolder } from '../originals/pruned.js';

/*
 * Second places for pictures that were bought: what this checkout pruned, and what this user bought in any checkout. `git
 * clean`, `stash -u`, another branch or work tree lose what is not committed yet; what lies here is not bought again.
 */

export interface Stock {
  /** Puts an original back beside the others. @returns whether there was one */
  restore: (key: string) => Promise<boolean>;
  /** Keeps a copy of what was bought. @throws the system's errors */
  keep: (original: Original) => Promise<void>;
}

export interface StockOptions {
  /** Where the originals are. */
  folder: string;
  /** Folder of what this user bought; `undefined`: none is kept. */
  user: () => Promise<string | undefined>;
  /** Nothing is looked for, and nothing kept. */
  frozen: boolean;
  /** Only what it made answers for it: a key does not say who painted. */
  provider: string;
}

export function openStock({ folder, user, provider, frozen }: StockOptions): Stock {
  const pruned = openOriginals(prunedFolder(folder));
  let opened: Promise<Originals | undefined> | undefined;
  const bought = () => {
    opened ??= user().then((path) => (path === undefined ? undefined : openOriginals(path)));
    return opened;
  };

  const look = async (place: Originals, key: string): Promise<Original | undefined> => {
    try {
      return (await place.wholeOf(key)).find(
        ({ record }) => record.provider === provider || record.origin === 'adopted',
      );
    } catch (error) {
      // It may not be read. It is only a second place.
      if (!isFailure(error)) throw error;
      return undefined;
    }
  };

  return {
    restore: async (key) => {
      if (frozen) return false;
      for (const place of [pruned, await bought()]) {
        if (!place) continue;
        // What was pruned a moment ago, or bought elsewhere, is what somebody may want now.
        place.refresh();
        const original = await look(place, key);
        if (!original) continue;
        await prepareFolder(folder);
        await copy(original, folder);
        return true;
      }
      return false;
    },
    keep: async (original) => {
      const place = frozen ? undefined : await bought();
      if (place) await copy(original, place.folder);
    },
  };
}

/** The picture before its record, as everywhere: a record promises its picture. */
async function copy({ path, stem }: Original, target: string): Promise<void> {
  const record = path.replace(/[^/\\]+$/, `${stem}.json`);
  for (const file of [path, record]) {
    try {
      await createOnce(join(target, basename(file)), await readFile(file));
    } catch (error) {
      // What stands there is not ours to replace; whoever reads it next is told.
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}
