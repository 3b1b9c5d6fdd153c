import type { Catalog } from '../catalog/catalog.js';
import type { Entry, WaitingEntry } from '../catalog/entry.js';
import type { ImageState, WaitingState } from '../catalog/state.js';
import { isFailure, type PromptImageError } from '../failure.js';
import { mapBounded } from '../files/bounded.js';
import { explainRatio } from '../originals/ratio.js';
import type { Context } from './context.js';
import { selectPictures } from './select.js';

/** What `status` says of one picture. */
export type ImageStatus = { address: string } & (
  | KeyedStatus
  | WaitingStatus
  | { state: 'invalid'; error: PromptImageError }
);

/** Of a picture of which it is known what is asked for. */
export interface KeyedStatus {
  /** `refused`: missing or stale, as `detail` says, and the model declined to make it, as `failure` says. */
  state: 'ok' | 'missing' | 'stale' | 'refused';
  entry: Entry;
  detail: ImageState;
  note?: string | undefined;
  failure?: PromptImageError | undefined;
}

/** Of one that references pictures which are not there. */
export interface WaitingStatus {
  state: 'waiting';
  entry: WaitingEntry;
  detail: WaitingState;
}

/**
 * The state of every picture, or of those at the given addresses. Reads only.
 *
 * @param addresses files, items or variants
 */
export async function readStatus(
  context: Context,
  addresses?: readonly string[],
  catalog = context.open(),
): Promise<ImageStatus[]> {
  const pictures = await selectPictures(context, catalog, addresses);
  return readStates(context, pictures, catalog);
}

/** The same of pictures that are named one by one. */
export function readStates(context: Context, pictures: readonly string[], catalog: Catalog): Promise<ImageStatus[]> {
  return mapBounded(pictures, (address) => statusOf(context, catalog, address));
}

async function statusOf(context: Context, catalog: Catalog, address: string): Promise<ImageStatus> {
  try {
    const entry = await catalog.entry(address);
    if (entry.waitsFor) {
      const detail = (await context.stateOf(entry)) as WaitingState;
      return { address, state: 'waiting', entry, detail };
    }
    const detail = await context.stateOf(entry);
    if (detail.state === 'ok') {
      return { address, state: 'ok', entry, detail, note: explainRatio(detail.original.record) };
    }
    const failure = await context.purchases.failureOf(entry);
    const note = failure ? undefined : await context.purchases.doubtOf(entry);
    return { address, state: failure ? 'refused' : detail.state, entry, detail, note, failure };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { address, state: 'invalid', error };
  }
}
