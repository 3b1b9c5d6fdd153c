import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { openSuite } from './encoder-suite.js';
import { distance, flat, photo, pixelAt, type Rgb } from './pictures.js';

const suite = openSuite();

test('alpha is kept where the format has it, and is white in a JPEG', async () => {
  const clear = {
    create: { width: 40, height: 40, channels: 4 as const, background: { r: 200, g: 0, b: 0, alpha: 0 } },
  };
  const half = {
    input: { create: { ...clear.create, width: 20, background: { r: 200, g: 0, b: 0, alpha: 0.5 } } },
    left: 20,
    top: 0,
  };
  const source = await suite.original('alpha.png', sharp(clear).composite([half]).png());
  for (const format of ['png', 'webp', 'avif'] as const) {
    const file = await suite.encodeOne({ source }, format, [40, 40]);
    expect((await pixelAt(file, 5, 20))[3], format).toBe(0);
    const [red, green, blue, alpha] = await pixelAt(file, 30, 20);
    expect(distance([red!, green!, blue!, alpha!], [200, 0, 0, 128]), format).toBeLessThan(8);
  }
  const jpeg = await suite.encodeOne({ source }, 'jpeg', [40, 40]);
  expect(distance(await pixelAt(jpeg, 5, 20), [255, 255, 255])).toBeLessThan(4);
  expect(distance(await pixelAt(jpeg, 35, 20), [227, 127, 127])).toBeLessThan(8);
});

test('an alpha channel that hides nothing is dropped', async () => {
  const source = await suite.original('opaque.png', photo(40, 30).ensureAlpha().png());
  expect((await sharp(source).metadata()).hasAlpha).toBe(true);
  const file = await suite.encodeOne({ source }, 'png', [40, 30]);
  expect((await sharp(file).metadata()).hasAlpha).toBe(false);
  expect(await pixelAt(file, 12, 7)).toEqual((await pixelAt(source, 12, 7)).slice(0, 3));
});

/** Inside of what CMYK can print. */
const orange: Rgb = [190, 130, 90];
const tagged = { depth: 'ushort', hasProfile: true };

/** Each with what sharp says of the file, and by how much a channel may be off. */
test.each([
  ['Display P3', () => flat(8, 8, orange).withIccProfile('p3').png(), { depth: 'uchar', hasProfile: true }, 2],
  ['16 bits', () => wide(orange).png(), { depth: 'ushort', hasProfile: false }, 2],
  // sharp takes 16-bit samples for Display P3 when it writes a profile.
  [
    '16-bit P3',
    async () =>
      wide(await inDisplayP3())
        .withIccProfile('p3')
        .png(),
    tagged,
    2,
  ],
  [
    '16-bit with sRGB profile',
    async () =>
      wide(await inDisplayP3())
        .withIccProfile('srgb')
        .png(),
    tagged,
    2,
  ],
  ['CMYK', () => flat(8, 8, orange).toColourspace('cmyk').withIccProfile('cmyk').jpeg(), { space: 'cmyk' }, 20],
] as const)('%s comes out as sRGB of eight bits', async (_, picture, facts, loss) => {
  const source = await suite.original('colour', await picture());
  expect(await sharp(source).metadata()).toMatchObject(facts);
  const file = await suite.encodeOne({ source }, 'png', [8, 8]);
  expect(await sharp(file).metadata()).toMatchObject({ depth: 'uchar', space: 'srgb', channels: 3, hasProfile: false });
  expect(distance(await pixelAt(file, 4, 4), orange)).toBeLessThanOrEqual(loss);
});

/** A picture of 16-bit samples, without a profile. */
function wide(colour: readonly number[]): Sharp {
  const samples = new Uint16Array(64 * 3).map((_, index) => colour[index % 3]! * 257);
  return sharp(samples, { raw: { width: 8, height: 8, channels: 3 } }).toColourspace('rgb16');
}

/** The values of the colour in a Display P3 file. */
async function inDisplayP3(): Promise<number[]> {
  const file = await flat(8, 8, orange).withIccProfile('p3').png().toBuffer();
  const stored = [...(await sharp(file, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3)];
  expect(distance(stored, orange)).toBeGreaterThan(5);
  return stored;
}

test('a grey picture, and one with a palette, come out in three channels', async () => {
  const grey = await suite.original('grey.png', flat(8, 8, [100, 100, 100]).toColourspace('b-w').png());
  const palette = await suite.original('palette.png', flat(8, 8, [100, 100, 100]).png({ palette: true }));
  expect(await sharp(grey).metadata()).toMatchObject({ space: 'b-w', channels: 1 });
  expect(await sharp(palette).metadata()).toMatchObject({ isPalette: true });
  for (const source of [grey, palette]) {
    const file = await suite.encodeOne({ source }, 'png', [8, 8]);
    expect(await pixelAt(file, 4, 4)).toEqual([100, 100, 100]);
  }
});
