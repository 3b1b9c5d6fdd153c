import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelOf, labelStart } from '../../src/image/label.js';

test.each([
  ['src/hero.image.json', 1, 'hero'],
  ['src/hero.image.json', 2, 'hero-2'],
  ['src/hero.image.json', 'k3f9', 'hero-k3f9'],
  ['hero.image.json', 1, 'hero'],
  ['src/deep/Hero Shot_v2.final.image.json', 1, 'hero-shot-v2-final'],
  ['src/H\u00e9ro.image.json', 1, 'hero'],
  ['src/He\u0301ro.image.json', 1, 'hero'],
  ['src/\u{ff28}ero.image.json', 1, 'hero'],
  ['src/\u706f\u5854.image.json', 1, 'image'],
  ['src/\u706f\u5854 2.image.json', 1, '2'],
  ['src/\u043c\u0430\u044f\u043a.image.json', 'two', 'image-two'],
  ['src/\u{1f30a}.image.json', 1, 'image'],
  ['src/-.image.json', 1, 'image'],
  [`src/${'a'.repeat(60)}.image.json`, 1, 'a'.repeat(40)],
  [`src/${'a'.repeat(60)}.image.json`, 'k3f9', `${'a'.repeat(35)}-k3f9`],
  [`src/${'ab-'.repeat(20)}.image.json`, 'x', `${'ab-'.repeat(12)}ab-x`],
  [`src/${'a'.repeat(60)}.image.json`, Number.MAX_SAFE_INTEGER, `${'a'.repeat(23)}-9007199254740991`],
] as const)('%s, take %s: %s', (address, take, label) => expect(labelOf(address, take)).toBe(label));

test('a label is short, plain and ends with its take', () => {
  const take = fc.oneof(fc.integer({ min: 1 }), fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), take, (stem, take) => {
      const label = labelOf(`src/${stem}.image.json`, take);
      expect(label).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(label.length).toBeLessThanOrEqual(40);
      if (take !== 1) expect(label.endsWith(`-${take}`)).toBe(true);
      expect(label.startsWith(labelStart(`src/${stem}.image.json`))).toBe(true);
    }),
  );
});
