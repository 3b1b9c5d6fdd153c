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
    if (field === 'prompt') return changedStyles(entry, before, file);
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

/** The prompt ends with the styles. Where the words before them are the same, it is these that have changed. */
function changedStyles({ image: { ownPrompt, origins } }: Entry, before: KeyedRequest, file: string): string[] {
  const [origin = file, ...styles] = origins.prompt ?? [];
  const isStyle = before.prompt === ownPrompt || before.prompt.startsWith(`${ownPrompt}\n\n`);
  if (!isStyle) return [origin];
  // Its own style may be the one.
  return styles.includes(file) ? [] : styles;
}
