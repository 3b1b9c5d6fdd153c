import { closestMatch } from 'leven';
import { PromptImageError } from '../failure.js';
import { type Address, renderAddress } from '../image/address.js';
import type { ManifestImages } from '../manifest/images.js';

/** Names that are listed; of a catalogue of hundreds a list says nothing. */
const MOST = 12;

/** What a manifest's pictures are called. */
type Names = Pick<ManifestImages, 'file' | 'isCollection' | 'items' | 'variantsOf'>;

/** @throws `IMAGE_UNKNOWN` for an address that names no picture of its manifest; `MANIFEST_INVALID` where the item is wrong */
export function refuseUnknown(manifest: Names, address: Address): void {
  const unknown = explainUnknown(manifest, address);
  if (!unknown) return;
  throw new PromptImageError('IMAGE_UNKNOWN', unknown.what, {
    place: { file: renderAddress(address) },
    next: unknown.next,
  });
}

/**
 * Why an address names no picture of a manifest, with what comes close; `undefined` where it does.
 *
 * @throws `MANIFEST_INVALID` where the item is wrong
 */
function explainUnknown(
  { file, isCollection, items, variantsOf }: Names,
  { item, variant }: Address,
): { what: string; next: string } | undefined {
  if (isCollection && item === undefined) {
    return {
      what: 'names a collection, not one of its images',
      next: `Name one: ${list(items.map((name) => `${file}#${name}`))}`,
    };
  }
  if (!isCollection && item !== undefined) {
    return {
      what: `has no item "${item}": it is one image`,
      next: `Write ${file}${variant === undefined ? '' : `@${variant}`}`,
    };
  }
  if (!items.includes(item)) return { what: `has no item "${item}"`, next: suggest(String(item), items as string[]) };
  if (variant === undefined) return undefined;
  const variants = variantsOf(item);
  if (variants.includes(variant)) return undefined;
  return {
    what: `has no variant "${variant}"`,
    next: variants.length === 0 ? 'It has no variants.' : suggest(variant, variants),
  };
}

function suggest(name: string, names: readonly string[]): string {
  const match = closestMatch(name, [...names], { maxDistance: Math.min(3, Math.floor(name.length / 2)) });
  return match === undefined ? `It has ${list(names)}.` : `Did you mean "${match}"?`;
}

function list(names: readonly string[]): string {
  const rest = names.length - MOST;
  return names.slice(0, MOST).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
