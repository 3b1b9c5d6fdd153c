import { type AttributeValue, renderPicture } from './image/markup.js';
import type { PromptImage } from './image/object.js';
import { type PictureChoices, planPicture } from './image/picture.js';

export type { AttributeValue } from './image/markup.js';
export type { PromptImage, PromptImageVariant } from './image/object.js';
export type { PictureChoices, PictureImg, PicturePlan, PictureSource } from './image/picture.js';
export { planPicture } from './image/picture.js';

/** Attributes of the `<img>`, as in HTML. `false` and `null` leave one out, `true` gives it without a value, `undefined` says nothing. */
export interface ImgAttributes {
  class?: AttributeValue;
  id?: AttributeValue;
  style?: AttributeValue;
  title?: AttributeValue;
  role?: AttributeValue;
  lang?: AttributeValue;
  dir?: AttributeValue;
  hidden?: AttributeValue;
  tabindex?: AttributeValue;
  itemprop?: AttributeValue;
  part?: AttributeValue;
  slot?: AttributeValue;
  draggable?: 'true' | 'false' | undefined;
  /** @default 'async' */
  decoding?: 'async' | 'sync' | 'auto' | undefined;
  /** @default 'high' with `priority`, else none */
  fetchpriority?: 'high' | 'low' | 'auto' | undefined;
  crossorigin?: 'anonymous' | 'use-credentials' | undefined;
  referrerpolicy?: AttributeValue;
  elementtiming?: AttributeValue;
  /** `data-…`, `aria-…`, and those of frameworks such as `x-…` and `hx-…`. */
  [attribute: `${string}-${string}`]: AttributeValue;
}

export interface PictureOptions extends PictureChoices, ImgAttributes {}

/**
 * An image as a complete `<picture>`: every format, the variants that have a `media`, `alt`, size, lazy loading.
 *
 * It runs anywhere: on a server, at the edge, in a browser. Everything is escaped, and nothing in it runs as a script.
 *
 * @param image what a manifest is imported as, or what `resolve()` gives
 * @param options how it is loaded and shown; whatever else is in them are attributes of the `<img>`
 * @throws TypeError for anything but an image, an attribute that cannot be written, or options that contradict each other
 */
export function picture(image: PromptImage, options: PictureOptions = {}): string {
  const { alt, sizes, loading, priority, placeholder, ...attributes } = options;
  const { background, ...plan } = planPicture(image, { alt, sizes, loading, priority, placeholder }, 'picture()');
  for (const name of ['src', 'srcset', 'width', 'height']) {
    if (name in attributes) throw new TypeError(`picture() takes ${name} from the image: size it with CSS`);
  }
  const style = background === undefined ? attributes.style : putBefore(attributes.style, `background: ${background}`);
  return renderPicture(plan, { ...attributes, style });
}

/** The declarations that someone gives count more. */
function putBefore(style: AttributeValue, declaration: string): AttributeValue {
  if (typeof style === 'string') return `${declaration}; ${style}`;
  return style || declaration;
}
