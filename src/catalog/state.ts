import { isFailure } from '../failure.js';
import type { Original, Originals } from '../originals/originals.js';
import type { ServedPictures } from '../originals/served.js';
import { changedFields } from '../request.js';
import { findCauses } from './causes.js';
import { type Entry, pictureOf, type WaitingEntry } from './entry.js';
import { takesOf } from './takes.js';

/** What there is for a picture that has a key. */
export type ImageState = OkState | StaleState | MissingState;

export interface OkState {
  state: 'ok';
  original: Original;
}

/** Its prompt side has changed since `last` was bought. */
export interface StaleState {
  state: 'stale';
  last: Original;
  /** The fields of the request that differ. */
  changed: readonly string[];
  /** Presets, files and images that the change comes from, as far as they are known; none where it is the manifest itself. */
  causes: readonly string[];
  /** Where its take changed, those that were bought for it. */
  takes?: readonly (number | string)[];
}

export interface MissingState {
  state: 'missing';
}

/** It has no key yet. */
export interface WaitingState {
  state: 'waiting';
  /** Addresses of what is missing, stale or waiting itself. */
  for: readonly string[];
  /** What it shows meanwhile, if it ever had a picture. */
  last?: Original;
}

/** The picture that an image shows: its own, or the last one of an earlier prompt. */
export function shownBy(state: ImageState | WaitingState): Original | undefined {
  if (state.state === 'ok') return state.original;
  return state.state === 'missing' ? undefined : state.last;
}

/** Looks up what there is. */
export interface States {
  /** @throws `CACHE_*` where files name the key and cannot be used: damage is never a reason to buy again */
  (entry: Entry): Promise<ImageState>;
  (entry: Entry | WaitingEntry): Promise<ImageState | WaitingState>;
}

export function createStates(originals: Originals, served: ServedPictures): States {
  const stateOf = async (entry: Entry | WaitingEntry): Promise<ImageState | WaitingState> => {
    if (entry.waitsFor) {
      const last = await lastPicture(entry, originals, served);
      return { state: 'waiting', for: entry.waitsFor, ...(last && { last }) };
    }
    const original = await originals.find(entry.key);
    if (original) return { state: 'ok', original };
    const last = await lastPicture(entry, originals, served);
    if (!last) return { state: 'missing' };
    const changed = changedFields(last.record.request, entry.request);
    const causes = findCauses(entry, last.record.request, changed);
    if (!changed.includes('take')) return { state: 'stale', last, changed, causes };
    const takes = (await takesOf(entry.request, originals)).map(({ take }) => take);
    return { state: 'stale', last, changed, causes, takes };
  };
  return stateOf as States;
}

/** The one that was last served at this address, else the newest that was bought for it. */
async function lastPicture(
  entry: Entry | WaitingEntry,
  originals: Originals,
  served: ServedPictures,
): Promise<Original | undefined> {
  const address = pictureOf(entry);
  const stem = await served.stemOf(address);
  if (stem !== undefined && (await originals.stems()).includes(stem)) {
    try {
      return await originals.read(stem);
    } catch (error) {
      if (!isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN', 'CACHE_LFS_POINTER', 'CACHE_NEWER')) throw error;
    }
  }
  return originals.newestFor(address, entry.image.take);
}
