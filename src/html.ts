import { acceptImage } from './image/accept.js';
import { type AttributeValue, renderPicture } from './image/markup.js';
import type { PromptImage } from './image/object.js';
import { type PictureChoices, planPicture } from './image/picture.js';
import { placeholderOf } from './image/placeholder.js';

export type { AttributeValue } from './image/markup.js';
export type { PromptImage, PromptImageVariant } from './image/object.js';

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

export interface PictureOptions extends PictureChoices, ImgAttributes {
  /**
   * Shows the image's blur, else its colour, until it has loaded: as the background of the `<img>`, by a `style`. It is for opaque
   * pictures that fill their box, since the background stays; for pages whose Content-Security-Policy permits inline styles (and for a blur
   * `img-src data:`). Images with `media` variants have none: it would be the base's, whichever is shown.
   * @default false
   */
  placeholder?: boolean | undefined;
}

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
  const accepted = acceptImage(image, 'picture()');
  const { alt, sizes, loading, priority, placeholder, ...attributes } = options;
  for (const name of ['src', 'srcset', 'width', 'height']) {
    if (name in attributes) throw new TypeError(`picture() takes ${name} from the image: size it with CSS`);
  }
  const background = placeholder ? placeholderOf(accepted) : undefined;
  const style = background === undefined ? attributes.style : putBefore(attributes.style, `background: ${background}`);
  return renderPicture(planPicture(accepted, { alt, sizes, loading, priority }), { ...attributes, style });
}

/** The declarations that someone gives count more. */
function putBefore(style: AttributeValue, declaration: string): AttributeValue {
  if (typeof style === 'string') return `${declaration}; ${style}`;
  return style || declaration;
}
