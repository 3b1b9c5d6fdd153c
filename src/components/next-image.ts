import type { PromptImage } from '../image/object.js';
import { parseSrcset } from '../image/srcset.js';

/** What `next/image` asks its `loader`. */
export interface LoaderProps {
  /** CSS pixels times density. */
  width: number;
}

/**
 * A `loader` for `next/image`, which picks the image's own files instead of encoding its fallback again: of those of one format the
 * smallest that is wide enough. Components with a loader are client components, as Next.js has it.
 *
 * @param format one of `image.sources`. @default `webp` where the image has it, else its fallback: `next/image` offers browsers no choice
 * @throws TypeError for a format that the image does not have
 */
export function createLoader(image: PromptImage, format?: string): (props: LoaderProps) => string {
  const { sources } = image;
  const chosen = format ?? ('webp' in sources ? 'webp' : image.format);
  const srcset = sources[chosen];
  if (srcset === undefined) {
    throw new TypeError(`The image has no ${JSON.stringify(chosen)}, but ${Object.keys(sources).join(', ')}`);
  }
  const files = parseSrcset(srcset);
  return ({ width }) => (files.find((file) => (file.width ?? image.width) >= width) ?? files.at(-1))?.url ?? image.src;
}
