import type { PromptImage } from 'unplugin-prompt-image';
import { type PictureOptions, picture } from 'unplugin-prompt-image/html';

/** `sizes` of a picture that has another beside it. */
export const half = '(min-width: 56rem) calc(47vw - 3.5rem), 100vw';

/** Puts each picture into the place that the page has for it. */
export function showPictures(pictures: Record<string, [PromptImage, PictureOptions]>): void {
  for (const [name, [image, options]] of Object.entries(pictures)) {
    const place = document.querySelector(`[data-picture="${name}"]`);
    if (place) place.innerHTML = picture(image, options);
  }
}
