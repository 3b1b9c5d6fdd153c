import { isFailure, type PromptImageError } from '../../src/failure.js';
import { planImages } from '../../src/manifest/images.js';
import { parseManifest } from '../../src/manifest/parse.js';
import type { ResolvedImage } from '../../src/manifest/resolve.js';
import type { PresetInput } from '../../src/manifest/schema.js';
import { type KeyedRequest, keyOf, planRequest, sha256 } from '../../src/request.js';

export interface ManifestOptions {
  file?: string;
  /** The config's `defaults`; the config file stands in the root. */
  defaults?: PresetInput | undefined;
}

/** A manifest with everything filled in. @param manifest its JSON, or an object that is written as JSON */
export function resolve(
  manifest: string | object,
  { file = 'src/hero.image.json', defaults }: ManifestOptions = {},
): ResolvedImage {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest, null, 2);
  const layer = defaults && { file: 'prompt-image.config.ts', input: defaults };
  return planImages(parseManifest(file, text), { defaults: layer }).image(undefined);
}

/** The files that an image references, from the root. */
export function pathsOf({ references }: ResolvedImage): string[] {
  return references.flatMap((reference) => (reference.kind === 'file' ? [reference.path] : []));
}

/** What is hashed, as if each referenced file held its own path. */
export function requestOf(manifest: string | object, options?: ManifestOptions): KeyedRequest {
  const image = resolve(manifest, options);
  return planRequest(image, pathsOf(image).map(sha256));
}

export function keyOfManifest(manifest: string | object, options?: ManifestOptions): string {
  return keyOf(requestOf(manifest, options));
}

/** The failure of a manifest that is none. @throws Error where nothing fails, or with anything but our own errors */
export function failureOf(manifest: string | object, options?: ManifestOptions): PromptImageError {
  try {
    resolve(manifest, options);
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error(`Nothing is wrong with ${JSON.stringify(manifest).slice(0, 200)}`);
}
