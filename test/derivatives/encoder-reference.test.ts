import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { readTags } from '../support/exiftool.js';
import { openSuite } from './encoder-suite.js';
import { distance, flat, photo, pixelAt, pngChunk } from './pictures.js';

const suite = openSuite();

/** Prepares a reference and gives what came of it. */
async function prepare(picture: Sharp | Buffer) {
  const source = await suite.original('reference', picture);
  const target = suite.workspace.path('prepared');
  const { mimeType } = await suite.encoder.prepareReference({ source, name: 'a.png', target });
  const bytes = await readFile(target);
  return { mimeType, bytes, target, source, unchanged: bytes.equals(await readFile(source)) };
}

const personal = {
  IFD0: { Artist: 'Jane Roe', ImageDescription: 'at home' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 3230/100',
    GPSLongitudeRef: 'W',
    GPSLongitude: '0/1 7/1 4366/100',
  },
};
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
  rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Exeter"/></rdf:RDF></x:xmpmeta>`;

test.each(['png', 'jpeg', 'webp'] as const)('nothing but pixels leaves with a %s', async (format) => {
  const picture = photo(200, 100).withExif(personal).withXmp(xmp).withIccProfile('p3').toFormat(format);
  const { target, mimeType, source } = await prepare(picture);
  const before = JSON.stringify(await readTags(source));
  for (const trace of ['GPSLatitude', 'Jane Roe', 'Exeter', 'ICC_Profile']) expect(before, trace).toContain(trace);

  expect(mimeType).toBe(`image/${format}`);
  expect(await sharp(target).metadata()).toMatchObject({ format, width: 200, height: 100, hasProfile: false });
  const after = await readTags(target);
  const groups = new Set(Object.keys(after).map((name) => name.split(':')[0]));
  const harmless = ['SourceFile', 'ExifTool', 'System', 'File', 'Composite', 'PNG', 'PNG-pHYs', 'JFIF', 'RIFF'];
  expect([...groups].filter((group) => !harmless.includes(group!))).toEqual([]);
  expect(JSON.stringify(after)).not.toMatch(/GPS|Jane|at home|Exeter/);
  expect(distance(await pixelAt(target, 100, 50), await pixelAt(source, 100, 50))).toBeLessThan(12);
});

test('a picture stored sideways is turned upright', async () => {
  const blue = { create: { width: 60, height: 20, channels: 3 as const, background: '#00f' } };
  const stored = flat(60, 40, [255, 0, 0]).composite([{ input: blue, left: 0, top: 20 }]);
  const { target } = await prepare(stored.withMetadata({ orientation: 6 }).jpeg());
  expect(await sharp(target).metadata()).toMatchObject({ width: 40, height: 60 });
  expect((await sharp(target).metadata()).orientation).toBeUndefined();
  expect(distance(await pixelAt(target, 35, 30), [255, 0, 0])).toBeLessThan(8);
});

test.each([
  [3000, 1500, 2048, 1024],
  [1000, 4096, 500, 2048],
])('%i × %i becomes %i × %i', async (width, height, newWidth, newHeight) => {
  const { target } = await prepare(flat(width, height, [9, 99, 199]).png());
  expect(await sharp(target).metadata()).toMatchObject({ format: 'png', width: newWidth, height: newHeight });
});

const bare: [string, Sharp][] = [
  ['png', photo(64, 64).png()],
  ['png with palette', photo(64, 64).png({ palette: true })],
  ['png with alpha', photo(64, 64).ensureAlpha(0.5).png()],
  ['jpeg', photo(64, 64).jpeg()],
  ['progressive jpeg', photo(64, 64).jpeg({ progressive: true })],
  ['grey jpeg', photo(64, 64).greyscale().jpeg()],
  ['webp', photo(64, 64).webp()],
  ['lossless webp with alpha', photo(64, 64).ensureAlpha(0.5).webp({ lossless: true })],
  ['webp with alpha', photo(64, 64).ensureAlpha(0.5).webp()],
  ['picture of 2048 pixels', flat(2048, 10, [1, 2, 3]).png()],
];

test.each(bare)('a %s that needs nothing is left as it is', async (_, picture) => {
  expect((await prepare(picture)).unchanged).toBe(true);
});

test('what decoders do not report goes as well', async () => {
  const png = await photo(64, 64).png().toBuffer();
  const chunk = (type: string) =>
    Buffer.concat([png.subarray(0, 33), pngChunk(type, Buffer.from('Author\0Jane Roe')), png.subarray(33)]);
  const jpeg = await photo(64, 64).jpeg().toBuffer();
  const segment = (marker: number) => {
    const payload = Buffer.from('Jane Roe');
    return Buffer.concat([
      jpeg.subarray(0, 2),
      Buffer.from([0xff, marker, 0, payload.length + 2]),
      payload,
      jpeg.subarray(2),
    ]);
  };
  const webp = await photo(64, 64).webp().toBuffer();
  const hidden: [string, Buffer][] = [
    ['PNG text', chunk('tEXt')],
    ['PNG with C2PA', chunk('caBX')],
    ['PNG with a trailer', Buffer.concat([png, Buffer.from('Jane Roe')])],
    ['JPEG comment', segment(0xfe)],
    ['JPEG with C2PA', segment(0xeb)],
    ['JPEG with a second picture', Buffer.concat([jpeg, jpeg, Buffer.from('Jane Roe')])],
    ['WebP with a trailer', Buffer.concat([webp, Buffer.from('Jane Roe')])],
  ];
  for (const [name, bytes] of hidden) {
    expect(bytes.includes('Jane Roe'), name).toBe(true);
    const { bytes: prepared, unchanged } = await prepare(bytes);
    expect(unchanged, name).toBe(false);
    expect(prepared.includes('Jane Roe'), name).toBe(false);
    expect(distance(await pixelAt(prepared, 30, 30), await pixelAt(bytes, 30, 30)), name).toBeLessThan(12);
  }
});

test.each([
  ['an AVIF', () => photo(20, 20).avif({ effort: 1 }).toBuffer(), /is an AVIF file/],
  ['a GIF', () => flat(4, 4, [0, 0, 0]).gif().toBuffer(), /is not a PNG, JPEG, WebP or AVIF file/],
  ['half a file', async () => (await photo(64, 64).png().toBuffer()).subarray(0, 3000), /is damaged or not complete/],
] as const)('%s is no reference', async (_, make, message) => {
  const failure = { code: 'REFERENCE_INVALID', what: expect.stringMatching(message) };
  await expect(prepare(await make())).rejects.toMatchObject(failure);
  await expect(prepare(await make())).rejects.toThrow(/^a\.png is/);
});
