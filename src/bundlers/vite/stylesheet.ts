import { replaceAsync } from './replace.js';

/*
 * Stylesheets in whatever language a preprocessor takes, so that no parser of CSS knows them: URLs are found by their form alone.
 */

/** A comment, of a preprocessor too, or something that holds URLs. An `image-set()` may hold functions, which hold none themselves. */
const PARTS = /\/\*[\s\S]*?\*\/|(?<![:"'])\/\/.*|\bimage-set\((?:[^()]|\([^()]*\))*\)|\burl\([^()]*\)/gi;
const URL_FUNCTION = /\burl\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'()]+))\s*\)/gi;
/** In an `image-set()`, where a string is a URL; those of its `type()` are not. */
const STRING = /(?<!\btype\(\s*)(?:"([^"\n]*)"|'([^'\n]*)')/gi;

/**
 * Exchanges URLs in a stylesheet.
 *
 * @param urlFor what stands in a URL's place; `undefined` leaves it
 */
export function replaceInStylesheet(
  css: string,
  urlFor: (url: string) => Promise<string | undefined>,
): Promise<string> {
  const replaceIn = (text: string, pattern: RegExp, render: (url: string) => string) =>
    replaceAsync(text, pattern, async ([match, ...urls]) => {
      const url = await urlFor(urls.find((each) => each !== undefined) ?? '');
      return url === undefined ? match : render(JSON.stringify(url));
    });
  return replaceAsync(css, PARTS, async ([part]) => {
    if (part.startsWith('/')) return part;
    const replaced = await replaceIn(part, URL_FUNCTION, (url) => `url(${url})`);
    return /^image-set/i.test(part) ? replaceIn(replaced, STRING, (url) => url) : replaced;
  });
}
