import type { WaitingEntry } from '../catalog/entry.js';
import { PromptImageError } from '../failure.js';

/** Why something cannot be done with a picture before those that it references are there. */
export function waiting({ address, waitsFor }: WaitingEntry, next = nextOf(waitsFor)): PromptImageError {
  return new PromptImageError('IMAGE_WAITING', `waits for ${waitsFor.join(', ')}`, { place: { file: address }, next });
}

function nextOf(waitsFor: readonly string[]): string {
  return `Buy or keep that first: npx prompt-image generate ${waitsFor.map(quoted).join(' ')}`;
}

/** As a shell takes it: `#` starts a comment only at the start of a word. */
export function quoted(address: string): string {
  return /^[\w./@#-]+$/.test(address) ? address : JSON.stringify(address);
}
