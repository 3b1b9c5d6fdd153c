import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, expect, test, vi } from 'vitest';
import { createEncoder } from '../../src/derivatives/encoder/encoder.js';
import { openSuite } from './encoder-suite.js';
import { distance, flat, pixelAt } from './pictures.js';

const suite = openSuite();
afterEach(() => {
  vi.unstubAllEnvs();
});

const label = (
  text: string,
  family = 'Prompt Image Mono',
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100">
  <rect width="400" height="100" fill="#fff"/><text x="10" y="70" font-size="60" font-family="${family}">${text}</text></svg>`;

/** The greys of a drawing made on a machine whose fontconfig is this. */
async function draw(svg: string, fontconfig?: string): Promise<Buffer> {
  if (fontconfig !== undefined) {
    vi.stubEnv('FONTCONFIG_FILE', suite.workspace.path('fonts.conf'));
    await suite.workspace.write('fonts.conf', fontconfig);
  }
  const encoder = createEncoder({ entry: suite.built.entry });
  const target = suite.workspace.path('drawing.png');
  await encoder.raster({ svg, width: 400, height: 100, target });
  await encoder.dispose();
  return sharp(target).greyscale().raw().toBuffer();
}

const NO_FONTS = '<?xml version="1.0"?><fontconfig></fontconfig>';

test('exactly the size that was asked for, as PNG', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="10" fill="#f00"/></svg>';
  for (const [width, height] of [
    [1376, 768],
    [33, 77],
    [1, 1],
  ] as const) {
    const target = suite.workspace.path('drawing.png');
    await suite.encoder.raster({ svg, width, height, target });
    expect(await sharp(target).metadata()).toMatchObject({
      format: 'png',
      width,
      height,
      space: 'srgb',
      depth: 'uchar',
    });
  }
  const target = suite.workspace.path('half.png');
  await suite.encoder.raster({ svg, width: 100, height: 100, target });
  expect(await pixelAt(target, 10, 50)).toEqual([255, 0, 0, 255]);
  expect((await pixelAt(target, 90, 50))[3]).toBe(0);
});

test('text is legible without any font on the machine, and the same as elsewhere', async () => {
  const narrow = await draw(label('iiiiii'), NO_FONTS);
  const wide = await draw(label('WWWWWW'), NO_FONTS);
  const ink = (pixels: Buffer) => pixels.filter((value) => value < 128).length;
  // In place of letters it cannot find, a renderer draws boxes, all alike.
  expect(ink(wide)).toBeGreaterThan(ink(narrow) * 1.3);
  expect(ink(narrow)).toBeGreaterThan(500);
  vi.unstubAllEnvs();
  expect((await draw(label('WWWWWW'))).equals(wide)).toBe(true);
  expect((await draw(label('ÄЖΩ→é'), NO_FONTS)).equals(await draw(label('ΩÄЖé→'), NO_FONTS))).toBe(false);
});

test('a drawing cannot reach other files', async () => {
  const secret = await suite.original('secret.png', flat(100, 100, [255, 0, 0]).png());
  const data = (await readFile(secret)).toString('base64');
  const image = (href: string) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
    width="100" height="100"><rect width="100" height="100" fill="#00f"/><image width="100" height="100" xlink:href="${href}"/></svg>`;
  const target = suite.workspace.path('drawing.png');
  for (const href of [`file://${secret}`, secret, 'secret.png']) {
    await suite.encoder.raster({ svg: image(href), width: 100, height: 100, target });
    expect(await pixelAt(target, 50, 50), href).toEqual([0, 0, 255, 255]);
  }
  await suite.encoder.raster({ svg: image(`data:image/png;base64,${data}`), width: 100, height: 100, target });
  expect(distance((await pixelAt(target, 50, 50)).slice(0, 3), [255, 0, 0])).toBeLessThan(2);
});

test('what is no SVG is an error', async () => {
  const target = suite.workspace.path('drawing.png');
  for (const svg of ['', '<svg', 'hello', '<html></html>']) {
    const drawing = suite.encoder.raster({ svg, width: 10, height: 10, target });
    await expect(drawing, svg).rejects.toMatchObject({ code: 'IMAGE_INVALID', what: expect.stringMatching(/SVG/) });
  }
});
