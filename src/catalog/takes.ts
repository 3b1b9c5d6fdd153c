import type { Originals } from '../originals/originals.js';
import type { OriginalRecord } from '../originals/record.js';
import { changedFields, type KeyedRequest } from '../request.js';
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

/** Whether two requests ask for the same, be it for another picture of it. */
export function isSamePrompt(a: KeyedRequest, b: KeyedRequest): boolean {
  return changedFields(a, b).every((field) => field === 'take');
}

/** Whether a picture is another take of an image: of its very prompt, whoever asked for it, or once bought for it. */
export function isOtherTake({ request, for: address }: OriginalRecord, entry: Entry | WaitingEntry): boolean {
  if (takeOf(request) === entry.image.take) return false;
  return address === entry.address || (!entry.waitsFor && isSamePrompt(request, entry.request));
}

/** The takes that were bought for exactly this prompt side, whoever asked, oldest first. Damaged records are passed over. */
export async function takesOf(request: KeyedRequest, originals: Pick<Originals, 'records'>): Promise<Take[]> {
  const takes = new Map<number | string, Take>();
  for (const { stem, record } of await originals.records()) {
    const take = takeOf(record.request);
    // Several originals of one take: the oldest serves.
    if (isSamePrompt(record.request, request) && !takes.has(take)) takes.set(take, { take, stem, record });
  }
  return [...takes.values()];
}
