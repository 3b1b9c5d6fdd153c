import { type ComponentPropsWithRef, createElement, type ReactElement, version } from 'react';
import type { PromptImage } from '../image/object.js';
import { type PictureChoices, planPicture } from '../image/picture.js';

type ImgProps = Omit<
  ComponentPropsWithRef<'img'>,
  'src' | 'srcSet' | 'width' | 'height' | 'children' | 'dangerouslySetInnerHTML' | keyof PictureChoices
>;

/** Whatever is no choice of ours is a property of the `<img>`: `className`, `style`, `onLoad`, `ref` (React 19), … */
export interface PictureProps extends PictureChoices, ImgProps {
  /** What a manifest is imported as. */
  src: PromptImage;
}

/** React 18 knows the attribute by its name in HTML alone. */
const FETCH_PRIORITY = Number.parseInt(version, 10) < 19 ? 'fetchpriority' : 'fetchPriority';

/**
 * An image as a complete `<picture>`: every format, the variants that have a `media`, `alt`, size, lazy loading, a placeholder.
 * It has no state and no effects: for server components, too.
 *
 * @throws TypeError for anything but an image, or choices that contradict each other
 */
export function Picture({
  src,
  alt,
  sizes,
  loading,
  priority,
  placeholder = true,
  style,
  ...rest
}: PictureProps): ReactElement {
  const choices = { alt, sizes, loading, priority, placeholder };
  const { sources, img, background } = planPicture(src, choices, '<Picture>');
  const { srcset, fetchpriority, src: url, ...attributes } = img;
  return createElement(
    'picture',
    null,
    ...sources.map(({ srcset: srcSet, ...source }) =>
      createElement('source', { key: `${source.media} ${source.type}`, ...source, srcSet }),
    ),
    createElement('img', {
      ...attributes,
      ...(fetchpriority && { [FETCH_PRIORITY]: fetchpriority }),
      ...rest,
      style: background === undefined ? style : { background, ...style },
      // Last, since a browser starts to load with the first URL.
      srcSet: srcset,
      src: url,
    }),
  );
}
