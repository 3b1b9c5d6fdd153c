import type { Component } from 'svelte';
import type { HTMLImgAttributes } from 'svelte/elements';
import type { PictureChoices, PromptImage } from 'unplugin-prompt-image/html';

/** Whatever is no choice of ours is an attribute of the `<img>`: `class`, `style`, `onload`, … */
export interface PictureProps
  extends PictureChoices,
    Omit<HTMLImgAttributes, 'src' | 'srcset' | 'width' | 'height' | 'children' | keyof PictureChoices> {
  /** What a manifest is imported as. */
  src: PromptImage;
}

/**
 * An image as a complete `<picture>`: every format, the variants that have a `media`, `alt`, size, lazy loading, a placeholder.
 *
 * @throws TypeError for anything but an image, or choices that contradict each other
 */
export declare const Picture: Component<PictureProps>;
