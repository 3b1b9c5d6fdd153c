import type { Catalog } from '../catalog/catalog.js';
import type { Entry } from '../catalog/entry.js';
import { picturesIn } from '../catalog/pictures.js';
import { refuseUnknown } from '../catalog/unknown.js';
import { isFailure, PromptImageError } from '../failure.js';
import { type Address, parseAddress, renderAddress } from '../image/address.js';
import type { Context } from './context.js';
import { waiting } from './waiting.js';

/**
 * Addresses of the pictures that files, items and variants have of their own; of all manifests, where none is named. What cannot
 * be read is among them, for whoever asks for it.
 *
 * @throws `IMAGE_UNKNOWN` for an item or a variant that there is not
 */
export async function selectPictures(
  { scan }: Pick<Context, 'scan'>,
  catalog: Catalog,
  addresses?: readonly string[],
): Promise<string[]> {
  const pictures: string[] = [];
  for (const address of addresses ?? (await scan()))
    pictures.push(...(await picturesOf(catalog, parseAddress(address))));
  return [...new Set(pictures)];
}

async function picturesOf(catalog: Catalog, { file, item, variant }: Address): Promise<string[]> {
  try {
    const manifest = await catalog.images(file);
    if (item !== undefined || variant !== undefined) refuseUnknown(manifest, { file, item, variant });
    return variant === undefined ? picturesIn(manifest, item) : [manifest.image(item, variant).picture];
  } catch (error) {
    if (!isFailure(error) || error.code === 'IMAGE_UNKNOWN') throw error;
    return [renderAddress({ file, item, variant })];
  }
}

/** Whether a file, an item or a variant is that picture, or has it. */
export function covers(selected: string, address: string): boolean {
  const [whole, part] = [parseAddress(selected), parseAddress(address)];
  return (
    whole.file === part.file &&
    (whole.item === undefined || whole.item === part.item) &&
    (whole.variant === undefined || whole.variant === part.variant)
  );
}

/**
 * One picture of which it is known what is asked for.
 *
 * @throws `IMAGE_WAITING` where that depends on pictures which are not there; what `Catalog.entry` throws
 */
export async function readEntry(context: Context, address: string, catalog = context.open()): Promise<Entry> {
  const entry = await catalog.entry(address);
  if (entry.waitsFor) throw waiting(entry);
  return entry;
}

/**
 * The same, of a picture that is one of its own.
 *
 * @throws `IMAGE_SHARED` for a variant that is its base's picture; `IMAGE_WAITING`
 */
export async function readOwnEntry(context: Context, address: string): Promise<Entry> {
  const entry = await readEntry(context, address);
  const { picture } = entry.image;
  if (picture === entry.address) return entry;
  throw new PromptImageError('IMAGE_SHARED', `is the picture of ${picture}, published otherwise`, {
    place: { file: address },
    next: `Name ${picture}.`,
  });
}
