import type { PromptImage } from 'unplugin-prompt-image';

export interface PictureOptions {
  /** As in HTML: how wide the picture is shown, for the browser's choice among the widths. */
  sizes: string;
  /** For what is seen first: load at once and before other pictures. */
  priority?: boolean;
}

/** A `<picture>`: best format first, the fallback as `<img>`; its blurred placeholder shows until it has loaded. */
export function createPicture(image: PromptImage, { sizes, priority = false }: PictureOptions): HTMLPictureElement {
  const picture = document.createElement('picture');
  picture.className = 'picture';
  if (image.color) picture.style.backgroundColor = image.color;
  if (image.blurDataURL) picture.style.backgroundImage = `url("${image.blurDataURL}")`;

  for (const [subtype, srcset] of Object.entries(image.sources)) {
    if (subtype === image.format) continue;
    const source = document.createElement('source');
    source.type = `image/${subtype}`;
    source.sizes = sizes;
    source.srcset = srcset;
    picture.append(source);
  }

  const img = document.createElement('img');
  img.alt = image.alt;
  img.width = image.width;
  img.height = image.height;
  img.decoding = 'async';
  img.loading = priority ? 'eager' : 'lazy';
  if (priority) img.fetchPriority = 'high';
  const reveal = () => picture.classList.add('is-ready');
  img.addEventListener('load', reveal);
  // The alternative text is better than a blur that never sharpens.
  img.addEventListener('error', reveal);
  picture.append(img);
  // Last, and inside its <picture>: a browser starts to load as soon as it has something to choose from.
  img.sizes = sizes;
  img.srcset = image.srcset;
  img.src = image.src;
  return picture;
}
