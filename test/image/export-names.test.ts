import { expect, test } from 'vitest';
import { isExportName } from '../../src/image/export-names.js';

test.each(['apple', 'Apple2', 'dragon_fruit', 'async', 'of', 'type', 'then', 'constructor'])('%s is one', (name) => {
  expect(isExportName(name)).toBe(true);
});

test.each(['default', 'list', 'class', 'await', 'let', 'eval', 'undefined', '2x', 'dragon-fruit', 'logo.dark'])(
  '%s is none',
  (name) => {
    expect(isExportName(name)).toBe(false);
  },
);

test('agrees with JavaScript on every word that can be bound in a module', () => {
  const words =
    'abstract as async await boolean break case catch class const continue debugger default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try typeof using var void while with yield arguments'.split(
      ' ',
    );
  for (const word of words) {
    let binds = word !== 'await';
    try {
      new Function(`"use strict"; const ${word} = 1;`);
    } catch {
      binds = false;
    }
    expect([word, isExportName(word)]).toEqual([word, binds]);
  }
});
