import type { Originals } from '../originals/originals.js';
import type { OriginalRecord } from '../originals/record.js';
import { type KeyedRequest, promptKeyOf } from '../request.js';
import type { Entry, WaitingEntry } from './entry.js';

/** A picture of a prompt, and which of several it is. */
export interface Take {
  take: number | string;
  stem: string;
  record: OriginalRecord;
}

/** The first take is the one that no request names. */
export function takeOf({ take = 1 }: KeyedRequest): number | string {
  return take;
}

/**
 * Tells whether a picture is another take of one of these images: of its very prompt, whoever asked for it, or once bought for it.
 * Looks each up rather than through all, since there may be thousands of either.
 */
export function findOtherTakes(entries: readonly (Entry | WaitingEntry)[]): (record: OriginalRecord) => boolean {
  const present = new Map<string, Set<number | string>>();
  const note = (id: string, take: number | string) => present.set(id, (present.get(id) ?? new Set()).add(take));
  for (const { address, image, ...entry } of entries) {
    note(address, image.take);
    if ('request' in entry) note(promptKeyOf(entry.request), image.take);
  }
  return ({ request, for: address }) => {
    const isAmong = (id: string) => [...(present.get(id) ?? [])].some((take) => take !== takeOf(request));
    return isAmong(address) || isAmong(promptKeyOf(request));
  };
}

/** The takes that were bought for exactly this prompt side, whoever asked, oldest first. Damaged records are passed over. */
export async function takesOf(request: KeyedRequest, originals: Pick<Originals, 'recordsOfPrompt'>): Promise<Take[]> {
  const takes = new Map<number | string, Take>();
  for (const { stem, record } of await originals.recordsOfPrompt(request)) {
    const take = takeOf(record.request);
    // Several originals of one take: the oldest serves.
    if (!takes.has(take)) takes.set(take, { take, stem, record });
  }
  return [...takes.values()];
}
