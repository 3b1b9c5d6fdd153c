import { assertImage } from './assert.js';
import type { PromptImage } from './object.js';
import { placeholderOf } from './placeholder.js';
import { encodeSpaces, encodeSrcset, isByWidth } from './srcset.js';

/** What may be decided of a `<picture>` beside its image. */
export interface PictureChoices {
  /** Instead of the image's own `alt`; `''` marks it as decoration. */
  alt?: string | undefined;
  /**
   * How wide the picture is shown, as in HTML. It counts for every variant; media conditions in it tell them apart.
   * `auto` is taken out where HTML does not allow it: where the picture is not lazy, or has densities instead of widths.
   * @default 'auto, 100vw'
   */
  sizes?: string | undefined;
  /** @default 'lazy', with `priority` 'eager' */
  loading?: 'lazy' | 'eager' | undefined;
  /** For the picture that is seen first: it loads at once and before others. @default false */
  priority?: boolean | undefined;
  /**
   * Shows the image's blur, else its colour, until it has loaded: as the background of the `<img>`, by a `style`. It is for opaque
   * pictures that fill their box, since the background stays; for pages whose Content-Security-Policy permits inline styles (and for a blur
   * `img-src data:`). Images with `media` variants have none: it would be the base's, whichever is shown.
   * @default false; true in the components
   */
  placeholder?: boolean | undefined;
}

/** A `<source>`: attributes as in HTML. */
export interface PictureSource {
  media?: string;
  type: `image/${string}`;
  width?: number;
  height?: number;
  sizes?: string;
  srcset: string;
}

/** The `<img>`: attributes as in HTML. */
export interface PictureImg {
  loading: 'lazy' | 'eager';
  fetchpriority?: 'high';
  decoding: 'async';
  alt: string;
  width: number;
  height: number;
  sizes?: string;
  srcset: string;
  src: string;
}

/**
 * The elements of a `<picture>` and their attributes. Attributes are in the order in which a script must set them: a browser
 * starts to load with the first URL, and what comes after it is too late.
 */
export interface PicturePlan {
  /** In the order of the document: the first that fits is shown. */
  sources: readonly PictureSource[];
  img: PictureImg;
  /** Value of CSS's `background` for the `<img>`; with `placeholder`, where the image has one. */
  background?: string;
}

/**
 * Which elements show an image. Its variants with `media` come first, in the order of the manifest, in all of their formats; then the
 * base, whose fallback format is the `<img>`. Variants without `media` are left out: no browser could choose between them.
 *
 * This is what `picture()` renders, as data: for components, each in the words of its framework.
 *
 * @param taker who is given the image, for messages
 * @throws TypeError for anything but an image, for choices that contradict each other, or that HTML has no word for
 */
export function planPicture(
  image: PromptImage,
  choices: PictureChoices = {},
  taker: string = 'planPicture()',
): PicturePlan {
  assertImage(image, taker);
  const { alt = image.alt, priority = false } = choices;
  if (typeof alt !== 'string') throw new TypeError(`alt is a text, not ${typeof alt}`);
  const loading = chooseLoading(choices);
  const sizes = chooseSizes(choices, loading === 'lazy' && isByWidth(image.srcset));
  const { width, height, src, srcset } = image;

  const background = choices.placeholder ? placeholderOf(image) : undefined;
  const base = sourcesOf(image, sizes).filter(({ type }) => type !== `image/${image.format}`);
  const variants = Object.values(image.variants ?? {}).flatMap((variant) => {
    const { media, width, height } = variant;
    // With a size of its own, since it would have the box of the <img> otherwise.
    return media ? sourcesOf(variant, sizes).map((source) => ({ media, width, height, ...source })) : [];
  });
  return {
    sources: [...variants, ...base],
    img: {
      loading,
      ...(priority && { fetchpriority: 'high' }),
      decoding: 'async',
      alt,
      width,
      height,
      ...candidates(srcset, sizes),
      src: encodeSpaces(src),
    },
    ...(background !== undefined && { background }),
  };
}

function chooseLoading({ loading, priority = false }: PictureChoices): 'lazy' | 'eager' {
  if (loading !== undefined && loading !== 'lazy' && loading !== 'eager') {
    throw new TypeError(`loading is "lazy" or "eager", not ${JSON.stringify(loading)}`);
  }
  if (priority && loading === 'lazy') throw new TypeError('priority and loading="lazy" contradict each other');
  return loading ?? (priority ? 'eager' : 'lazy');
}

/** @param allowsAuto whether the `<img>` is one that gives `auto` a meaning, for itself and for each `<source>` */
function chooseSizes({ sizes = 'auto, 100vw' }: PictureChoices, allowsAuto: boolean): string {
  if (typeof sizes !== 'string') throw new TypeError(`sizes is a text as in HTML, not ${typeof sizes}`);
  return (allowsAuto ? sizes : sizes.replace(/^\s*auto\s*(?:,|$)/i, '').trim()) || '100vw';
}

function sourcesOf({ sources }: PromptImage, sizes: string): PictureSource[] {
  return Object.entries(sources).map(([subtype, srcset]) => ({
    type: `image/${subtype}`,
    ...candidates(srcset, sizes),
  }));
}

/** Densities say themselves when a file is the right one: `sizes` is for widths alone. */
function candidates(srcset: string, sizes: string): { sizes?: string; srcset: string } {
  return { ...(isByWidth(srcset) && { sizes }), srcset: encodeSrcset(srcset) };
}
