import type { PublishedManifest } from '../catalog/manifest.js';
import type { PublishedFile } from '../catalog/publish.js';
import type { ResolvedConfig } from '../config/config.js';
import { isFailure, PromptImageError } from '../failure.js';
import { renderAddress } from '../image/address.js';
import { parseId } from './imported.js';
import { findMention } from './mention.js';

/**
 * The file that a URL means which names a manifest, and with `?variant=` one of its variants.
 *
 * @param source where the URL stands
 * @throws `IMAGE_UNKNOWN` at that line
 */
export async function namedFile(
  config: ResolvedConfig,
  published: PublishedManifest,
  url: string,
  source: string | undefined,
): Promise<PublishedFile> {
  const { variant } = parseId(url);
  try {
    return published.fallback(variant);
  } catch (error) {
    if (!isFailure(error, 'IMAGE_UNKNOWN')) throw error;
    const { file } = published;
    const isMeant = (line: string) => variant === undefined || line.includes(variant);
    const place = source && (await findMention(config, file, [source], isMeant));
    if (!place) throw error;
    throw new PromptImageError(error.code, `${renderAddress({ file })} ${error.what}`, { place, next: error.next });
  }
}
