import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputFormats } from '../../src/image/formats.js';
import type { Output } from '../../src/image/output.js';
import { planImage, plannedFiles, type Size } from '../../src/image/plan.js';
import { resolve } from '../support/manifests.js';

const square: Size = { width: 1024, height: 1024 };
const outputOf = (output: object): Output => resolve({ prompt: 'x', output }).output;
const planOf = (original: Size, output: object) => planImage(original, outputOf(output));
const sizesOf = (original: Size, output: object) =>
  planOf(original, output).sizes.map(({ descriptor, width, height }) => `${descriptor} ${width}×${height}`);

describe('widths', () => {
  test.each<[wanted: (number | 'original')[], original: Size, sizes: string[]]>([
    [[320, 640, 960, 'original'], square, ['320w 320×320', '640w 640×640', '960w 960×960', '1024w 1024×1024']],
    [[640, 2000, 4000], square, ['640w 640×640', '1024w 1024×1024']],
    [['original', 320, 320, 1024], square, ['320w 320×320', '1024w 1024×1024']],
    [[100, 50], { width: 1376, height: 768 }, ['50w 50×28', '100w 100×56']],
    [['original'], { width: 1, height: 1 }, ['1w 1×1']],
    [[1], { width: 1600, height: 10 }, ['1w 1×1']],
  ])('%j of %j', (widths, original, sizes) => expect(sizesOf(original, { widths })).toEqual(sizes));

  test('src is the largest', () => {
    const main = { width: 640, height: 640, descriptor: '640w', format: 'jpeg' };
    expect(planOf(square, { widths: [640, 320] }).main).toEqual(main);
  });
});

describe('a width at densities', () => {
  test.each<[output: object, original: Size, sizes: string[]]>([
    [{ width: 200 }, square, ['1x 200×200', '2x 400×400']],
    [{ width: 200, densities: [3, 1, 1.5] }, square, ['1x 200×200', '1.5x 300×300', '3x 600×600']],
    [{ width: 800 }, square, ['1x 800×800', '1.28x 1024×1024']],
    [{ width: 4000 }, square, ['1x 1024×1024']],
    [{ width: 200, densities: [2, 3] }, { width: 300, height: 150 }, ['1x 200×100', '1.5x 300×150']],
    [{ width: 200 }, { width: 201, height: 201 }, ['1x 200×200', '1.005x 201×201']],
  ])('%j of %j', (output, original, sizes) => expect(sizesOf(original, output)).toEqual(sizes));

  test('src is the 1× picture', () => {
    expect(planOf(square, { width: 200, densities: [0.5, 2] }).main).toMatchObject({ width: 200, descriptor: '1x' });
    expect(planOf(square, { width: 200, densities: [2] }).main).toMatchObject({ width: 200, descriptor: '1x' });
  });
});

describe('a crop', () => {
  test.each<[crop: string, original: Size, region: Size]>([
    ['4:1', square, { width: 1024, height: 256 }],
    ['1:4', square, { width: 256, height: 1024 }],
    ['1:1', { width: 1376, height: 768 }, { width: 768, height: 768 }],
    ['16:9', { width: 1376, height: 768 }, { width: 1365, height: 768 }],
    ['99999:1', square, { width: 1024, height: 1 }],
    ['1:99999', square, { width: 1, height: 1024 }],
  ])('%s of %j', (crop, original, region) => expect(planOf(original, { crop }).region).toEqual(region));

  test('comes before the widths', () => {
    expect(sizesOf(square, { crop: '1:4', widths: [100, 640, 'original'] })).toEqual(['100w 100×400', '256w 256×1024']);
  });
});

test('nothing is enlarged, made twice or left without a size', () => {
  const side = fc.integer({ min: 1, max: 5000 });
  const output = fc.oneof(
    fc.record({ widths: fc.array(fc.oneof(side, fc.constant('original')), { minLength: 1, maxLength: 6 }) }),
    fc.record({
      width: side,
      densities: fc.array(
        fc.integer({ min: 5, max: 80 }).map((tenths) => tenths / 10),
        { minLength: 1, maxLength: 6 },
      ),
    }),
  );
  const crop = fc.option(fc.tuple(side, side).map(([across, down]) => `${across}:${down}`));
  fc.assert(
    fc.property(side, side, output, crop, (width, height, output, crop) => {
      const plan = planOf({ width, height }, { ...output, crop });
      const { region, sizes } = plan;
      expect(region.width).toBeLessThanOrEqual(width);
      expect(region.height).toBeLessThanOrEqual(height);
      expect(plannedFiles(plan)).toContainEqual(plan.main);
      for (const size of sizes) {
        expect(size.width).toBeGreaterThanOrEqual(1);
        expect(size.height).toBeGreaterThanOrEqual(1);
        expect(size.width).toBeLessThanOrEqual(region.width);
        expect(size.height).toBeLessThanOrEqual(region.height);
      }
      expect(new Set(sizes.map((size) => size.width)).size).toBe(sizes.length);
      expect(new Set(sizes.map(({ descriptor }) => descriptor)).size).toBe(sizes.length);
      expect(sizes.map((size) => size.width)).toEqual(sizes.map((size) => size.width).toSorted((a, b) => a - b));
    }),
  );
});

test('every format has every size', () => {
  const formats = [...outputFormats];
  const files = plannedFiles(planOf(square, { formats, widths: [1, 2] }));
  expect(files.map(({ format, width }) => `${format} ${width}`)).toEqual(
    formats.flatMap((format) => [`${format} 1`, `${format} 2`]),
  );
});
