import { readFile } from 'node:fs/promises';
import type { Entry } from '../catalog/entry.js';
import { isFailure, type PromptImageError } from '../failure.js';
import { originalsAreIgnored } from '../files/git.js';
import { withKeyLock } from '../originals/lock.js';
import { shortKey } from '../originals/names.js';
import type { Original } from '../originals/originals.js';
import { damaged } from '../originals/read.js';
import { sha256 } from '../request.js';
import type { Context } from '../session/context.js';
import { ignoredOriginals, readStatus } from '../session/status.js';

/** A picture that goes on for a prompt that has changed. */
export interface Kept {
  address: string;
  /** What answers the present prompt now. */
  original: Original;
  /** The picture that was to be kept. Of other bytes where another image with the same prompt came first. */
  last: Original;
}

export interface KeepReport {
  kept: readonly Kept[];
  /** Images that had their picture. */
  unchanged: number;
  /** Images that never had one. */
  missing: readonly string[];
  /** By image: an invalid manifest, a damaged original. */
  failed: readonly PromptImageError[];
  /** What earlier runs paid for and cannot be stored. */
  stuck: readonly PromptImageError[];
}

/**
 * Lets the last picture of stale images answer their changed prompt, too: its bytes once more, under the new key. Costs nothing
 * and asks nobody. One image that fails does not hold up the others.
 *
 * @param addresses all manifests unless given
 * @throws `CACHE_IGNORED` where git would leave them out
 */
export async function keep(context: Context, addresses?: readonly string[]): Promise<KeepReport> {
  const { config } = context;
  if (config.commit && (await originalsAreIgnored(config.git, config.originalsDir))) throw ignoredOriginals();
  // The picture of the new prompt may have been paid for already.
  const stuck = await context.purchases.recover();
  const images = await readStatus(context, addresses);
  const kept: Kept[] = [];
  const failed: PromptImageError[] = [];
  const missing: string[] = [];
  let unchanged = 0;
  for (const image of images) {
    if (image.state === 'invalid') failed.push(image.error);
    else if (image.detail.state === 'ok') unchanged += 1;
    else if (image.detail.state === 'missing') missing.push(image.address);
    else {
      const { last } = image.detail;
      try {
        kept.push({ address: image.address, last, original: await keepPicture(context, image.entry, last) });
      } catch (error) {
        if (!isFailure(error)) throw error;
        failed.push(error);
      }
    }
  }
  return { kept, unchanged, missing, failed, stuck };
}

/** Under the key's lock, like a purchase: so that there is no second picture where another process is just buying. */
async function keepPicture({ originals }: Context, entry: Entry, last: Original): Promise<Original> {
  const { signal } = new AbortController();
  return withKeyLock(originals.folder, shortKey(entry.key), signal, async () => {
    originals.refresh();
    const present = await originals.find(entry.key);
    if (present) return present;
    const bytes = await readFile(last.path);
    // It was verified when it was found, and could have changed since.
    if (sha256(bytes) !== last.record.image.sha256) throw damaged(originals.folder, last.stem, 'has just changed');
    // The tokens were used for another prompt, and are counted there.
    const { self, usage, ...record } = last.record;
    return originals.add(bytes, {
      ...record,
      key: entry.key,
      for: entry.address,
      request: entry.request,
      origin: 'kept',
      createdAt: new Date().toISOString(),
    });
  });
}
