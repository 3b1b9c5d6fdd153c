import type { Entry } from '../catalog/entry.js';
import type { Original } from '../originals/originals.js';
import { explainRatio } from '../originals/ratio.js';
import type { PurchaseEvent } from '../purchase/purchase.js';

/** What a person should know about a purchase once it is over, if anything. */
export function noteOf(event: PurchaseEvent): string | undefined {
  if (event.type === 'maybe-billed-twice') return `${event.address}: possibly billed twice (${event.why})`;
  if (event.type === 'not-stocked') return `${event.address}: no second copy could be kept (${event.why})`;
  const ratio = event.type === 'bought' ? explainRatio(event.original.record) : undefined;
  return ratio && `${event.address}: ${ratio}`;
}

/** What is going on, while it costs time and money. */
export function progressOf(event: PurchaseEvent): string | undefined {
  if (event.type === 'calling') return `buying ${event.address} …`;
  if (event.type !== 'retrying') return undefined;
  return `${event.address}: ${event.error.what}; again in ${Math.ceil(event.wait / 1000)} s`;
}

/** What a person should know where several pictures answer one prompt. */
export function conflictNote({ address }: Entry, { stem, rivals }: Original): string | undefined {
  return rivals.length === 0
    ? undefined
    : `${address} has ${rivals.length + 1} originals; ${stem} serves, being the oldest`;
}
