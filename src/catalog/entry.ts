import { join } from 'node:path';
import { type Reference, readReference } from '../files/references.js';
import { readManifest } from '../files/scan.js';
import { type ManifestImages, planImages } from '../manifest/images.js';
import { parseManifest } from '../manifest/parse.js';
import type { DefaultsLayer, ResolvedImage } from '../manifest/resolve.js';
import type { Provider } from '../providers/provider.js';
import { type KeyedRequest, keyOf, planRequest } from '../request.js';

/** One image of the project: its manifest with everything filled in, and its key. */
export interface Entry {
  /** The manifest's path from the root with forward slashes. */
  address: string;
  image: ResolvedImage;
  references: readonly Reference[];
  request: KeyedRequest;
  key: string;
  /** What a person should know, once, however many images say it. */
  warnings: readonly string[];
}

export interface EntryOptions {
  root: string;
  allowReferencesFrom: readonly string[];
  defaults: DefaultsLayer | undefined;
  provider: Provider;
}

/**
 * Reads one manifest.
 *
 * @param onDependency called with the path of each file that the key depends on, before it is read
 * @throws `MANIFEST_INVALID`, `NOT_BUILT_YET`, `REFERENCE_*`
 */
export async function readEntry(
  address: string,
  { root, allowReferencesFrom, defaults, provider }: EntryOptions,
  onDependency: (path: string) => void = () => {},
): Promise<Entry> {
  const manifest = parseManifest(address, await readManifest(root, address));
  const image = planImages(manifest, { defaults }).image(undefined);
  const files = image.references.filter((reference) => reference.kind === 'file');
  for (const { path } of files) onDependency(join(root, path));
  const references = await Promise.all(files.map((each) => readReference(root, allowReferencesFrom, each)));
  const request = planRequest(
    image,
    references.map(({ sha256 }) => sha256),
  );
  // A model that the provider names is its own affair.
  const warnings = provider.models?.includes(image.model) ? [] : image.warnings;
  return { address, image, references, request, key: keyOf(request), warnings };
}

/** @throws `MANIFEST_INVALID`, `NOT_BUILT_YET` */
export async function readImages(file: string, { root, defaults }: EntryOptions): Promise<ManifestImages> {
  return planImages(parseManifest(file, await readManifest(root, file)), { defaults });
}

/** The same image with another take. */
export function withTake(entry: Entry, take: number | string): Entry {
  const image = { ...entry.image, take };
  const request = planRequest(
    image,
    entry.references.map(({ sha256 }) => sha256),
  );
  return { ...entry, image, request, key: keyOf(request) };
}
