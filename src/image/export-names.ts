/** Names that `export const` cannot bind in a module, in JavaScript or in a declaration of TypeScript's. */
const RESERVED = new Set(
  [
    'await break case catch class const continue debugger default delete do else enum export extends false finally for',
    'function if import in instanceof new null return super switch this throw true try typeof var void while with yield',
    // In strict code.
    'arguments eval implements interface let package private protected public static',
    // TypeScript's TS2397.
    'undefined',
  ].flatMap((words) => words.split(' ')),
);

/** What a collection exports beside its items; `default` is reserved anyway. */
const TAKEN = 'list';

/**
 * Whether an item of a collection is also a named export: its name is an identifier that is free. Such a name starts with a
 * letter, so that a module may call its own constants `$…` or `_…`.
 *
 * @param name of an item, as `NAME` of `address.ts` allows it
 */
export function isExportName(name: string): boolean {
  return /^[A-Za-z]\w*$/.test(name) && name !== TAKEN && !RESERVED.has(name);
}
