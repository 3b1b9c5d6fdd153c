import type { PromptImage } from './object.js';

/** An image of a collection: it knows its name. */
export type CollectionImage = PromptImage & { name: string };

/** What a manifest is imported as. */
export type Imported =
  | { kind: 'image'; image: PromptImage }
  /** In the order of the items. */
  | { kind: 'collection'; images: readonly CollectionImage[] };

/** What an import asks for: the objects, or with `?url` the `src` of each alone. */
export type Exported = 'object' | 'url';
