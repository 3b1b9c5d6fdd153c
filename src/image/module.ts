import { isExportName } from './export-names.js';
import type { Exported, Imported } from './imported.js';

/*
 * URLs of emitted files are only known to the bundler, as JavaScript expressions. The objects are therefore built with
 * stand-ins for them, private-use characters that no URL has, which become expressions once they are source text.
 */
const TOKEN = /\uE000(\d+)\uE001/g;

/** In JSON a name like any other, in an object literal the one that sets the prototype; unless it is computed. */
const PROTO = '"__proto__"';

/** A stand-in for the URL of the nth file. */
export function urlToken(index: number): string {
  return `\uE000${index}\uE001`;
}

/** The files whose URLs a module holds. */
export function usedTokens(imported: Imported, exported: Exported): number[] {
  return tokensIn(valuesOf(imported, exported));
}

/**
 * Source of the module that a manifest is imported as. Its default export is the image, or with `?url` its `src`; of a
 * collection a record of them by name. A collection's items are also exported by their names, where these are free
 * identifiers, and its objects in their order as `list`.
 *
 * @param imported with tokens for URLs
 * @param expressions JavaScript for the URL of each token
 */
export function renderModule(
  imported: Imported,
  exported: Exported,
  expressions: ReadonlyMap<number, string> = new Map(),
): string {
  const values = valuesOf(imported, exported);
  if (imported.kind === 'image') {
    const [value] = values;
    return [...renderUrls(value, expressions), `export default ${renderValue(value)};`, ''].join('\n');
  }
  const names = imported.images.map(({ name }) => name);
  const record = names.map(
    (name, index) => `\n  ${JSON.stringify(name) === PROTO ? `[${PROTO}]` : JSON.stringify(name)}: item${index},`,
  );
  return [
    ...values.map((value, index) => `const item${index} = ${renderItem(value, expressions)};`),
    ...renderNamedExports(names, (index) => `item${index}`),
    ...(exported === 'object' ? [`export const list = [${names.map((_, index) => `item${index}`).join(', ')}];`] : []),
    `export default {${record.join('')}\n};`,
    '',
  ].join('\n');
}

/** The statement that exports a collection's items, each from a constant of the module; none where no name is free. */
export function renderNamedExports(names: readonly string[], constantOf: (index: number) => string): string[] {
  const specifiers = names.flatMap((name, index) => (isExportName(name) ? [`${constantOf(index)} as ${name}`] : []));
  return specifiers.length > 0 ? [`export { ${specifiers.join(', ')} };`] : [];
}

function valuesOf(imported: Imported, exported: Exported): unknown[] {
  const images = imported.kind === 'image' ? [imported.image] : imported.images;
  return exported === 'url' ? images.map(({ src }) => src) : [...images];
}

/**
 * A call that is marked as pure, so that bundlers drop it with all of its URLs where nothing uses the item. They do not
 * know of a URL, be it `new URL(…)` or a string that is put together, that nothing happens when it is read.
 */
function renderItem(value: unknown, expressions: ReadonlyMap<number, string>): string {
  return `/* @__PURE__ */ (() => {\n${[...renderUrls(value, expressions), `return ${renderValue(value)};`].join('\n')}\n})()`;
}

function renderUrls(value: unknown, expressions: ReadonlyMap<number, string>): string[] {
  return tokensIn(value).flatMap((index) => {
    const expression = expressions.get(index);
    return expression === undefined ? [] : [`const url${index} = ${expression};`];
  });
}

function tokensIn(value: unknown): number[] {
  return [...new Set(Array.from(JSON.stringify(value).matchAll(TOKEN), ([, index]) => Number(index)))];
}

function renderValue(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replace(/^( *)"__proto__":/gm, `$1[${PROTO}]:`)
    .replace(TOKEN, '" + url$1 + "')
    .replaceAll('"" + url', 'url')
    .replace(/(url\d+) \+ ""/g, '$1');
}
