import { isFailure } from '../failure.js';
import type { Original, Originals } from '../originals/originals.js';
import type { ServedPictures } from '../originals/served.js';
import { changedFields } from '../request.js';
import type { Entry } from './entry.js';
import { takesOf } from './takes.js';

/** What there is for an image. */
export type ImageState =
  | { state: 'ok'; original: Original }
  /** Its prompt side has changed since `last` was bought. `takes`: where that is its take, those that were bought for it. */
  | { state: 'stale'; last: Original; changed: readonly string[]; takes?: readonly (number | string)[] }
  | { state: 'missing' };

/** @throws `CACHE_*` where files name the key and cannot be used: damage is never a reason to buy again */
export async function resolveState(entry: Entry, originals: Originals, served: ServedPictures): Promise<ImageState> {
  const original = await originals.find(entry.key);
  if (original) return { state: 'ok', original };
  const last = await lastPicture(entry, originals, served);
  if (!last) return { state: 'missing' };
  const changed = changedFields(last.record.request, entry.request);
  if (!changed.includes('take')) return { state: 'stale', last, changed };
  const takes = (await takesOf(entry.request, originals)).map(({ take }) => take);
  return { state: 'stale', last, changed, takes };
}

/** The one that was last served at this address, else the newest that was bought for it. */
async function lastPicture(entry: Entry, originals: Originals, served: ServedPictures): Promise<Original | undefined> {
  const stem = await served.stemOf(entry.address);
  if (stem !== undefined && (await originals.stems()).includes(stem)) {
    try {
      return await originals.read(stem);
    } catch (error) {
      if (!isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN', 'CACHE_LFS_POINTER', 'CACHE_NEWER')) throw error;
    }
  }
  return originals.newestFor(entry.address, entry.image.take);
}
