import type { PromptImage } from './object.js';

/**
 * What stands in the place of an image until it has loaded, as a value of CSS's `background`: its blur, else its colour.
 *
 * `undefined` where it has neither, and where variants with `media` may be shown instead of it: a style knows no media, so that a dark
 * page would flash in the light of the base.
 */
export function placeholderOf({ blurDataURL, color, variants = {} }: PromptImage): string | undefined {
  if (Object.values(variants).some(({ media }) => media)) return undefined;
  return blurDataURL ? `url(${quoteCss(blurDataURL)}) center / cover no-repeat` : color;
}

function quoteCss(text: string): string {
  const escaped = text.replace(/['\\\n\r\f]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `);
  return `'${escaped}'`;
}
