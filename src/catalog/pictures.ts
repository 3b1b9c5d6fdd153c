import { isFailure } from '../failure.js';
import { type Address, renderAddress } from '../image/address.js';
import type { ManifestImages } from '../manifest/images.js';

/**
 * Addresses of the pictures that a manifest, or one item of it, has of its own: of each image its base picture and its variants',
 * without those which publish their base's otherwise. What is wrong is among them, for whoever asks for it.
 */
export function picturesIn(manifest: ManifestImages, item?: string): string[] {
  const items = item === undefined ? manifest.items : [item];
  return items.flatMap((name) => {
    const base = { file: manifest.file, item: name };
    const own = variantsIn(manifest, name).filter((variant) => showsOwn(manifest, { ...base, variant }));
    return [base, ...own.map((variant) => ({ ...base, variant }))].map(renderAddress);
  });
}

/** Addresses of all that an image publishes: its base picture, then its variants. */
export function publishedIn(manifest: ManifestImages, item: string | undefined): string[] {
  const base = { file: manifest.file, item };
  return [base, ...variantsIn(manifest, item).map((variant) => ({ ...base, variant }))].map(renderAddress);
}

function variantsIn(manifest: ManifestImages, item: string | undefined): readonly string[] {
  try {
    return manifest.variantsOf(item);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return [];
  }
}

function showsOwn(manifest: ManifestImages, { item, variant }: Address): boolean {
  try {
    const { address, picture } = manifest.image(item, variant);
    return address === picture;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return true;
  }
}
