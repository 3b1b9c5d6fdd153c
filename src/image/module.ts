import type { PromptImage } from './object.js';

/*
 * URLs of emitted files are only known to the bundler, as JavaScript expressions. The object is therefore built with
 * stand-ins for them, private-use characters that no URL has, which become expressions once it is source text.
 */
const TOKEN = /\uE000(\d+)\uE001/g;

/** A stand-in for the URL of the nth file. */
export function urlToken(index: number): string {
  return `\uE000${index}\uE001`;
}

/** The files whose URLs a value holds. */
export function usedTokens(exported: PromptImage | string): number[] {
  return [...new Set([...JSON.stringify(exported).matchAll(TOKEN)].map(([, index]) => Number(index)))];
}

/**
 * Source of the module that a manifest is imported as.
 *
 * @param exported the object, or its `src` alone for `?url`, with tokens for URLs
 * @param expressions JavaScript for the URL of each token
 */
export function renderModule(
  exported: PromptImage | string,
  expressions: ReadonlyMap<number, string> = new Map(),
): string {
  const urls = [...expressions].map(([index, expression]) => `const url${index} = ${expression};`);
  const body = JSON.stringify(exported, undefined, 2)
    .replace(TOKEN, '" + url$1 + "')
    .replaceAll('"" + url', 'url')
    .replace(/(url\d+) \+ ""/g, '$1');
  return [...urls, `export default ${body};`, ''].join('\n');
}
