import { isFailure, type PromptImageError } from '../../src/failure.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { type ResolvedImage, resolveManifest } from '../../src/manifest/resolve.js';
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
  return resolveManifest(parseManifest(file, text), defaults && { file: 'prompt-image.config.ts', input: defaults });
}

/** What is hashed, as if each referenced file held its own path. */
export function requestOf(manifest: string | object, options?: ManifestOptions): KeyedRequest {
  const image = resolve(manifest, options);
  return planRequest(
    image,
    image.references.map(({ path }) => sha256(path)),
  );
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
