import { truncate } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openSuite } from './encoder-suite.js';
import { distance, flat, photo, pixelAt, type Rgb } from './pictures.js';

const suite = openSuite();
const red: Rgb = [220, 20, 20];
const blue: Rgb = [20, 20, 220];
const MARK: Rgb = [251, 191, 36];

const sheetOf = async (job: Omit<Parameters<typeof suite.encoder.sheet>[0], 'target'>) => {
  const target = suite.workspace.path('sheet.png');
  await suite.encoder.sheet({ ...job, target });
  const { data, info } = await sharp(target).raw().toBuffer({ resolveWithObject: true });
  return { target, data, ...info };
};

/** How many pixels are about this colour. */
const area = ({ data, channels }: { data: Buffer; channels: number }, colour: Rgb) => {
  let count = 0;
  for (let at = 0; at < data.length; at += channels) {
    if (distance([...data.subarray(at, at + 3)], colour) < 12) count += 1;
  }
  return count;
};

/** Where a colour starts in a row of pixels. */
const firstColumn = (
  { data, width, channels }: { data: Buffer; width: number; channels: number },
  y: number,
  colour: Rgb,
) =>
  Array.from({ length: width }, (_, x) => (y * width + x) * channels).findIndex(
    (at) => distance([...data.subarray(at, at + 3)], colour) < 12,
  );

test('every picture is there, large ones smaller, small ones as they are; the one that is meant is framed', async () => {
  const large = await suite.original('large.png', flat(1200, 600, red).png());
  const small = await suite.original('small.webp', flat(100, 200, blue).webp({ lossless: true }));
  const plain = await sheetOf({
    cells: [
      { source: large, label: '1' },
      { source: small, label: 'k3f9' },
    ],
  });
  expect(plain).toMatchObject({ channels: 3 });
  expect(area(plain, red)).toBe(480 * 240);
  expect(area(plain, blue)).toBe(100 * 200);
  expect(area(plain, MARK)).toBe(0);
  const marked = await sheetOf({
    cells: [
      { source: large, label: '1' },
      { source: small, label: 'k3f9', mark: true },
    ],
  });
  expect([marked.width, marked.height]).toEqual([plain.width, plain.height]);
  // A frame around the whole cell.
  expect(area(marked, MARK)).toBeGreaterThan(2 * (480 + 240) * 3);
});

test('words below are legible; a place without a picture is empty', async () => {
  const source = await suite.original('picture.png', flat(300, 300, red).png());
  const ink = (sheet: Awaited<ReturnType<typeof sheetOf>>) => area(sheet, [250, 250, 250]);
  const short = ink(await sheetOf({ cells: [{ source, label: 'a' }] }));
  const long = ink(await sheetOf({ cells: [{ source, label: 'mmmmmm' }] }));
  expect(long).toBeGreaterThan(short * 3);
  const wide = 'x'.repeat(500);
  const [cut, lines] = [
    await sheetOf({ cells: [{ source, label: wide }] }),
    await sheetOf({ cells: [{ source, label: 'before\n<src> & more' }, { label: 'after' }], group: 2 }),
  ];
  expect(ink(cut)).toBeGreaterThan(long);
  expect(cut.width).toBe(300 + 2 * 28);
  // The margin stays free.
  expect((await pixelAt(cut.target, cut.width - 5, cut.height - 50)).slice(0, 3)).toEqual([24, 24, 27]);
  expect(lines.height).toBeGreaterThan(cut.height);
  expect(area(lines, red)).toBe(300 * 300);
});

test('pairs stay side by side, and hundreds of pictures fit', async () => {
  const [before, after] = [
    await suite.original('before.png', flat(40, 20, red).png()),
    await suite.original('after.png', flat(40, 20, blue).png()),
  ];
  const cells = (pairs: number) =>
    Array.from({ length: pairs }, () => [
      { source: before, label: 'before' },
      { source: after, label: 'after' },
    ]).flat();
  const few = await sheetOf({ cells: cells(3), group: 2 });
  expect(few.height).toBeGreaterThan(3 * 50);
  const first = (colour: Rgb) => firstColumn(few, 28 + 10, colour);
  expect(first(red)).toBeLessThan(first(blue));
  const many = await sheetOf({ cells: cells(150), group: 2 });
  expect(area(many, red)).toBe(150 * 40 * 20);
  expect(area(many, blue)).toBe(150 * 40 * 20);
  expect(many.height).toBeLessThan(5000);
});

test('a damaged picture is an error that names it, and leaves no file', async () => {
  const source = await suite.original('broken.png', photo(200, 200).png());
  await truncate(source, 2000);
  const target = suite.workspace.path('sheet.png');
  await expect(suite.encoder.sheet({ cells: [{ source, label: '1' }], target })).rejects.toMatchObject({
    code: 'IMAGE_INVALID',
    what: expect.stringContaining(source),
  });
  expect(await suite.workspace.list()).not.toContain('sheet.png');
});
