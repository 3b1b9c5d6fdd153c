import { join } from 'node:path';
import { type Catalog, openCatalog } from '../../src/catalog/catalog.js';
import type { Entry } from '../../src/catalog/entry.js';
import { createManifestReader } from '../../src/catalog/reader.js';
import type { DefaultsLayer } from '../../src/manifest/resolve.js';
import { openOriginals } from '../../src/originals/originals.js';
import { google } from '../../src/providers/google.js';

export interface CatalogOptions {
  root: string;
  /** @default the root */
  repository?: string;
  allowReferencesFrom?: readonly string[];
  defaults?: DefaultsLayer | undefined;
  onDependency?: (path: string) => void;
}

/** The pictures of a folder as a project has them, without its config. */
export function catalogOf({ root, repository = root, defaults, ...options }: CatalogOptions): Catalog {
  return openCatalog({
    root,
    allowReferencesFrom: [],
    provider: google(),
    originals: openOriginals(join(root, '.prompt-image')),
    onDependency: () => {},
    ...options,
    reader: createManifestReader({ root, repository, defaults }),
  });
}

/** One picture that has a key. */
export async function readEntry(address: string, options: CatalogOptions): Promise<Entry> {
  const entry = await catalogOf(options).entry(address);
  if (entry.waitsFor) throw new Error(`${address} waits for ${entry.waitsFor.join(', ')}`);
  return entry;
}
