import type { PromptImage } from './object.js';

/*
 * URLs of emitted files are only known to the bundler, as JavaScript expressions. The object is therefore built with
 * stand-ins for them, private-use characters that no URL has, which become expressions once it is source text.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';

/** A stand-in for the nth expression of {@link renderModule}. */
export function urlToken(index: number): string {
  return `${OPEN}${index}${CLOSE}`;
}

/**
 * Source of the module that a manifest is imported as.
 *
 * @param exported the object, or its `src` alone for `?url`
 * @param expressions JavaScript for the URLs that `exported` has tokens for, in order
 */
export function renderModule(exported: PromptImage | string, expressions: readonly string[]): string {
  const used = new Set<number>();
  const body = JSON.stringify(exported, undefined, 2).replace(new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g'), (_, index) => {
    used.add(Number(index));
    return `" + url${index} + "`;
  });
  const urls = expressions.flatMap((expression, index) =>
    used.has(index) ? [`const url${index} = ${expression};`] : [],
  );
  return [...urls, `export default ${body.replaceAll('"" + ', '').replaceAll(' + ""', '')};`, ''].join('\n');
}
