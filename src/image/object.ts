import type { OutputFormat } from './formats.js';
import type { ImagePlan, PlannedFile } from './plan.js';

/** What `import hero from './hero.image.json'` gives. Assignable to Next's `StaticImageData` and Astro's `ImageMetadata`. */
export interface PromptImage {
  /** URL of the fallback format (the last of `output.formats`) at its largest width, or at 1× where `output.width` is set. */
  src: string;
  /** Pixels of `src`. */
  width: number;
  height: number;
  format: OutputFormat;
  /** The manifest's `alt`, else `''`. */
  alt: string;
  /** The fallback format at every width. */
  srcset: string;
  /** MIME subtype → srcset, best first, fallback included: one `<source type="image/…">` each. */
  sources: Record<string, string>;
  /** `src`, `width` and `height` again, in the shape that vite-imagetools' `Picture` has. */
  img: { src: string; w: number; h: number };
  /** `data:` URL of a tiny blurred picture; with `output.placeholder: 'blur'`, the default. */
  blurDataURL?: string;
  /** Average colour as `#rrggbb`; with any placeholder. */
  color?: string;
  /** Base64 of a ThumbHash (https://evanw.github.io/thumbhash/); with `output.placeholder: 'thumbhash'`. */
  thumbhash?: string;
  /** The model's words; only with `output.caption: true`. */
  caption?: string;
  /** Dev and `missing: 'draft'`: nothing was bought yet, this is a stand-in. */
  draft?: true;
  /** Dev: the last picture of a prompt that has changed since. */
  stale?: true;
  /** Other pictures of the same image, or other outputs of the same picture, in the order of the manifest. */
  variants?: Record<string, PromptImageVariant>;
}

/** One of an image's `variants`. */
export type PromptImageVariant = PromptImage & {
  /** The media query for which it is to be shown. */
  media?: string;
};

/** What an image says beside its files. */
export type ImageFacts = Pick<
  PromptImage,
  'alt' | 'blurDataURL' | 'color' | 'thumbhash' | 'caption' | 'draft' | 'stale'
>;

/** Puts the object together from its plan. @param urlOf where a file is published */
export function createImage(plan: ImagePlan, facts: ImageFacts, urlOf: (file: PlannedFile) => string): PromptImage {
  const srcsetOf = (format: OutputFormat) =>
    plan.sizes.map((size) => `${urlOf({ ...size, format })} ${size.descriptor}`).join(', ');
  const { width, height, format } = plan.main;
  const src = urlOf(plan.main);
  const { alt, ...rest } = facts;
  return {
    src,
    width,
    height,
    format,
    alt,
    srcset: srcsetOf(format),
    sources: Object.fromEntries(plan.formats.map((each) => [each, srcsetOf(each)])),
    img: { src, w: width, h: height },
    ...rest,
  };
}
