import { parseAddress } from '../image/address.js';
import type { KeyedRequest } from '../request.js';
import type { Entry } from './entry.js';

/**
 * Presets, the config, files and images that a change comes from; none where it is the manifest itself, or nobody can tell: what
 * a preset does not say any more leaves no trace.
 *
 * @param changed fields of the request that differ
 */
export function findCauses(entry: Entry, before: KeyedRequest, changed: readonly string[]): string[] {
  const { file } = parseAddress(entry.address);
  const causes = changed.flatMap((field) => {
    if (field === 'references') return changedReferences(entry, before);
    if (field === 'prompt') return changedWords(entry, before);
    return (entry.image.origins[field] ?? []).slice(0, 1);
  });
  return [...new Set(causes)].filter((cause) => cause !== file);
}

/** Of pictures that are the same as before, the order or the number may have changed. */
function changedReferences({ references, image }: Entry, before: KeyedRequest): readonly string[] {
  const known = new Set(before.references);
  const fresh = references.filter(({ sha256 }) => !known.has(sha256)).map((reference) => reference.file);
  return fresh.length > 0 ? fresh : (image.origins.references ?? []);
}

/** What is left between the words that the prompt begins with as before, and those that it ends with. */
function changedWords({ image: { words } }: Entry, { prompt }: KeyedRequest): string[] {
  const textOf = (some: typeof words) => some.map(({ text }) => text).join('\n\n');
  const beginsWith = (count: number) => `${prompt}\n\n`.startsWith(`${textOf(words.slice(0, count))}\n\n`);
  const endsWith = (count: number) => `\n\n${prompt}`.endsWith(`\n\n${textOf(words.slice(-count))}`);
  let first = 0;
  while (first < words.length && beginsWith(first + 1)) first += 1;
  let last = words.length;
  while (last > first && endsWith(words.length - last + 1)) last -= 1;
  return words.slice(first, last).map((word) => word.file);
}
