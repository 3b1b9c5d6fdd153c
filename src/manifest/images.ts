import type { Manifest } from './parse.js';
import { type DefaultsLayer, type ResolvedImage, resolveManifest } from './resolve.js';

/** What a manifest stands on, read from other files. */
export interface ManifestSources {
  defaults: DefaultsLayer | undefined;
}

/** The pictures of one manifest. They are resolved when they are asked for, so that one which is wrong loses no other. */
export interface ManifestImages {
  /** The manifest, from the root. */
  file: string;
  isCollection: boolean;
  /** Names in the order of the file; of a manifest of one image the one `undefined`. */
  items: readonly (string | undefined)[];
  /** Names of the variants of an item in the order of the file. Throws `MANIFEST_INVALID` where the item is wrong. */
  variantsOf: (item: string | undefined) => readonly string[];
  /**
   * One picture with everything filled in.
   *
   * @throws `MANIFEST_INVALID`; `RangeError` for an item or a variant that there is not
   */
  image: (item: string | undefined, variant?: string) => ResolvedImage;
  /** What a person should know of the file as a whole. */
  warnings: readonly string[];
}

/** @throws `MANIFEST_INVALID` for what is wrong with the file as a whole */
export function planImages(manifest: Manifest, { defaults }: ManifestSources): ManifestImages {
  return {
    file: manifest.file,
    isCollection: false,
    items: [undefined],
    variantsOf: () => [],
    image: () => resolveManifest(manifest, defaults),
    warnings: [],
  };
}
