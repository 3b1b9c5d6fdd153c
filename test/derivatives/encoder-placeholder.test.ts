import sharp from 'sharp';
import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash';
import { expect, test } from 'vitest';
import type { EncodeJob } from '../../src/derivatives/encoder/operations.js';
import { openSuite } from './encoder-suite.js';
import { distance, flat, pixelAt } from './pictures.js';

const suite = openSuite();

test('placeholders: a colour with each, a few bytes that show the picture', async () => {
  const source = await suite.original(
    'two.png',
    flat(300, 200, [250, 100, 0])
      .composite([
        { input: { create: { width: 150, height: 200, channels: 3, background: '#0064fa' } }, left: 0, top: 0 },
      ])
      .png(),
  );
  const { color, ...nothing } = await placeholder(source, 'color');
  expect(color).toBe('#7d647d');
  expect(nothing).toEqual({});

  const { blurDataURL = '', ...blurRest } = await placeholder(source, 'blur');
  expect(blurRest).toEqual({ color });
  expect(blurDataURL.length).toBeLessThan(600);
  expect(blurDataURL).toMatch(/^data:image\/webp;base64,/);
  const blur = Buffer.from(blurDataURL.slice(blurDataURL.indexOf(',') + 1), 'base64');
  expect(await sharp(blur).metadata()).toMatchObject({ format: 'webp', width: 16, height: 11 });
  expect(distance(await pixelAt(blur, 1, 5), [0, 100, 250])).toBeLessThan(30);
  expect(distance(await pixelAt(blur, 14, 5), [250, 100, 0])).toBeLessThan(30);

  const { thumbhash = '', ...thumbhashRest } = await placeholder(source, 'thumbhash');
  expect(thumbhashRest).toEqual({ color });
  const hash = Buffer.from(thumbhash, 'base64');
  const { r, g, b, a } = thumbHashToAverageRGBA(hash);
  expect(distance([r * 255, g * 255, b * 255, a], [125, 100, 125, 1])).toBeLessThan(8);
  const { w, h, rgba } = thumbHashToRGBA(hash);
  expect(rgba[4 * w * (h >> 1) + 2]!).toBeGreaterThan(180);
});

test('the colour of a placeholder is that of what is visible', async () => {
  const clear = sharp({ create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 255, b: 0, alpha: 0 } } });
  const half = {
    input: { create: { width: 20, height: 40, channels: 4 as const, background: '#f0f' } },
    left: 0,
    top: 0,
  };
  expect(await placeholder(await suite.original('half.png', clear.clone().composite([half]).png()), 'color')).toEqual({
    color: '#ff00ff',
  });
  expect(await placeholder(await suite.original('clear.png', clear.png()), 'color')).toEqual({ color: '#ffffff' });
});

async function placeholder(source: string, kind: NonNullable<EncodeJob['placeholder']>) {
  const result = await suite.encoder.encode({ source, files: [], placeholder: kind });
  return result.placeholder!;
}
