import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderAddress } from '../../src/image/address.js';
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
  ['src/fruits.images.json#apple', 1, 'fruits-apple'],
  ['src/fruits.images.json#Red_Apple.v2@dark', 'k3f9', 'fruits-red-apple-v2-dark-k3f9'],
  ['src/hero.image.json@portrait', 2, 'hero-portrait-2'],
  ['src/\u706f\u5854.image.json@dark', 1, 'image-dark'],
  ['src/logo@2x.png', 1, 'logo-2x-png'],
  [`src/${'a'.repeat(60)}.images.json#apple@dark`, 'k3f9', `${'a'.repeat(24)}-apple-dark-k3f9`],
  [`src/hero-shot.images.json#${'b'.repeat(30)}@dark`, 1, `hero-${'b'.repeat(30)}-dark`],
  [`src/hero-shot.images.json#${'b'.repeat(35)}`, 1, `hero-${'b'.repeat(35)}`],
  [`src/hero-shot.images.json#${'b'.repeat(60)}@dark`, 1, `hero-${'b'.repeat(35)}`],
  [`src/hero-shot.images.json#${'b'.repeat(60)}@dark`, 'k3f9', `hero-${'b'.repeat(30)}-k3f9`],
  [`src/hero-shot.images.json#${'b'.repeat(30)}@dark`, 'k3f9', `hero-${'b'.repeat(30)}-k3f9`],
] as const)('%s, take %s: %s', (address, take, label) => expect(labelOf(address, take)).toBe(label));

const takes = fc.oneof(
  fc.integer({ min: 1 }),
  fc.constant(Number.MAX_SAFE_INTEGER),
  fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/),
);
const name = fc.oneof(fc.constant(undefined), fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,45}$/));
const addresses = fc
  .tuple(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z-]{1,60}$/)), name, name)
  .map(([stem, item, variant]) => {
    const file = `src/${stem}.image${item === undefined ? '' : 's'}.json`;
    return renderAddress({ file, item, variant });
  });

test('a label is short, plain and ends with its take', () => {
  fc.assert(
    fc.property(addresses, takes, (address, take) => {
      const label = labelOf(address, take);
      expect(label).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(label.length).toBeLessThanOrEqual(40);
      if (take !== 1) expect(label.endsWith(`-${take}`)).toBe(true);
    }),
  );
});

test('the labels of all takes start alike', () => {
  fc.assert(
    fc.property(addresses, takes, (address, take) => {
      const start = labelStart(address);
      expect(start).not.toBe('');
      expect(labelOf(address, take).startsWith(start)).toBe(true);
    }),
    { examples: [[`src/a.images.json#${'b'.repeat(20)}`, Number.MAX_SAFE_INTEGER]] },
  );
});

test.each([
  ['src/hero.image.json', 'hero'],
  ['src/fruits.images.json#apple@dark', 'fruits-apple-dark'],
  // A take of 17 characters leaves 12 to the stem.
  [`src/${'s'.repeat(28)}.images.json#apple@dark`, 's'.repeat(12)],
  [`src/hero-shot.images.json#${'b'.repeat(60)}@dark`, `hero-${'b'.repeat(18)}`],
])('all labels of %s start with %s', (address, start) => expect(labelStart(address)).toBe(start));
