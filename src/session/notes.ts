import { explainRatio } from '../originals/ratio.js';
import type { PurchaseEvent } from '../purchase/purchase.js';

/** What a person should know about a purchase once it is over, if anything. */
export function noteOf(event: PurchaseEvent): string | undefined {
  if (event.type === 'maybe-billed-twice') return `${event.address}: possibly billed twice (${event.error.what})`;
  const ratio = event.type === 'bought' ? explainRatio(event.original.record) : undefined;
  return ratio && `${event.address}: ${ratio}`;
}
