import { join } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { createOnce } from '../files/durable.js';
import { isErrno } from '../files/errno.js';
import { planImages } from '../manifest/images.js';
import { parseManifest } from '../manifest/parse.js';

/** What a person says of a new image; the rest is inherited. */
export interface NewManifest {
  prompt: string;
  alt?: string | undefined;
  aspectRatio?: string | undefined;
}

/**
 * Writes a manifest that there was not.
 *
 * @throws `MANIFEST_EXISTS`; `MANIFEST_INVALID` as for one that stands in a file, before anything is written
 */
export async function addManifest(
  { root, defaults }: ResolvedConfig,
  address: string,
  { prompt, alt, aspectRatio }: NewManifest,
): Promise<void> {
  const text = `${JSON.stringify({ prompt, alt, aspectRatio }, undefined, 2)}\n`;
  planImages(parseManifest(address, text), { defaults }).image(undefined);
  let created: boolean;
  try {
    created = await createOnce(join(root, address), text);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    created = false;
  }
  if (created) return;
  throw new PromptImageError('MANIFEST_EXISTS', 'is there already, and nothing is overwritten', {
    place: { file: address },
    next: 'Edit it, or choose another name.',
  });
}
