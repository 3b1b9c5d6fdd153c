import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createEncoder } from '../../src/derivatives/encoder/encoder.js';
import { outputFormats } from '../../src/image/formats.js';
import { readTags } from '../support/exiftool.js';
import { openSuite } from './encoder-suite.js';
import { distance, flat, photo, pixelAt, wanted } from './pictures.js';

const suite = openSuite();

test('every format in every size, as reported, and nothing else', async () => {
  const source = await suite.original('photo.jpg', photo(640, 360).jpeg());
  const sizes = [
    [160, 90],
    [320, 180],
    [640, 360],
  ] as const;
  const files = outputFormats.flatMap((format) =>
    sizes.map(([width, height]) => wanted(suite.workspace.path(`${width}.${format}`), format, width, height)),
  );
  const result = await suite.encoder.encode({ source, files });
  expect(result.files).toHaveLength(12);
  expect(result.placeholder).toBeUndefined();
  for (const [index, { target, width, height, format }] of files.entries()) {
    const bytes = await readFile(target);
    const facts = await sharp(bytes).metadata();
    expect(facts).toMatchObject({ width, height, format: format === 'avif' ? 'heif' : format, space: 'srgb' });
    if (format === 'avif') expect(facts.compression).toBe('av1');
    expect(facts).not.toHaveProperty('xmp');
    expect(facts).not.toHaveProperty('exif');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(result.files[index]).toEqual({ bytes: bytes.length, sha256 });
    expect(
      distance(await pixelAt(bytes, 10, 10), await pixelAt(source, (10 * 640) / width, (10 * 640) / width)),
    ).toBeLessThan(45);
  }
  expect(await suite.workspace.list()).toEqual(
    [...files.map(({ target }) => target.slice(suite.workspace.root.length + 1)), 'package.json', 'photo.jpg'].sort(),
  );
});

test('XMP stands in every format', async () => {
  const type = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
  const xmp = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><Iptc4xmpExt:DigitalSourceType>${type}</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
  const source = await suite.original('photo.png', photo(64, 48).png());
  const files = outputFormats.map((format) => wanted(suite.workspace.path(`out.${format}`), format, 32, 24));
  await suite.encoder.encode({ source, xmp, files });
  for (const { target } of files) {
    expect((await sharp(target).metadata()).xmpAsString).toBe(xmp);
    expect((await readTags(target))['XMP-iptcExt:DigitalSourceType']).toBe(type);
  }
});

test.each([
  ['left', [255, 0, 0]],
  ['centre', [0, 255, 0]],
  ['right', [0, 0, 255]],
] as const)('a crop keeps the %s', async (position, expected) => {
  const stripes = ([0, 1, 2] as const).map((index) => ({
    input: { create: { width: 100, height: 100, channels: 3 as const, background: ['#f00', '#0f0', '#00f'][index]! } },
    left: index * 100,
    top: 0,
  }));
  const source = await suite.original('stripes.png', flat(300, 100, [0, 0, 0]).composite(stripes).png());
  const file = await suite.encodeOne({ source, crop: { width: 100, height: 100, position } }, 'png', [50, 50]);
  expect(await sharp(file).metadata()).toMatchObject({ width: 50, height: 50 });
  for (const x of [1, 25, 48]) expect(distance(await pixelAt(file, x, 25), expected)).toBeLessThan(6);
});

test.each(['attention', 'entropy'])('a crop by %s finds what there is to see', async (position) => {
  const detail = await photo(90, 90).png().toBuffer();
  const source = await suite.original(
    'spot.png',
    flat(600, 100, [30, 30, 30])
      .composite([{ input: detail, left: 480, top: 5 }])
      .png(),
  );
  const file = await suite.encodeOne({ source, crop: { width: 100, height: 100, position } }, 'png', [100, 100]);
  const { channels } = await sharp(file).stats();
  expect(channels[0]!.stdev).toBeGreaterThan(40);
});

test('a picture stored sideways is turned upright before it is cut', async () => {
  // Stored red on top and blue below; orientation 6 turns that clockwise: red comes to the right.
  const blue = { create: { width: 60, height: 20, channels: 3 as const, background: '#00f' } };
  const stored = flat(60, 40, [255, 0, 0]).composite([{ input: blue, left: 0, top: 20 }]);
  const source = await suite.original('turned.jpg', stored.withMetadata({ orientation: 6 }).jpeg({ quality: 95 }));
  expect(await suite.encoder.inspect(source)).toEqual({ format: 'jpeg', width: 40, height: 60 });
  const whole = await suite.encodeOne({ source }, 'png', [40, 60]);
  expect(distance(await pixelAt(whole, 35, 30), [255, 0, 0])).toBeLessThan(12);
  expect(distance(await pixelAt(whole, 5, 30), [0, 0, 255])).toBeLessThan(12);
  const right = await suite.encodeOne({ source, crop: { width: 10, height: 60, position: 'right' } }, 'png', [10, 60]);
  expect(distance(await pixelAt(right, 5, 30), [255, 0, 0])).toBeLessThan(12);
});

test('an overlay is drawn over the cut picture', async () => {
  const source = await suite.original('plain.png', flat(200, 100, [0, 0, 255]).png());
  const overlay =
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="50" height="100" fill="#f00"/></svg>';
  const file = await suite.encodeOne(
    { source, overlay, crop: { width: 100, height: 100, position: 'left' } },
    'png',
    [50, 50],
  );
  expect(distance(await pixelAt(file, 10, 25), [255, 0, 0])).toBeLessThan(3);
  expect(distance(await pixelAt(file, 40, 25), [0, 0, 255])).toBeLessThan(3);
  expect((await sharp(file).metadata()).hasAlpha).toBe(false);
});

test('bytes depend neither on the number of threads nor on what else is made', async () => {
  const sources = await Promise.all(
    [0, 1, 2].map((index) => suite.original(`${index}.png`, photo(400 + index, 300).png())),
  );
  const make = async (folder: string, threads: number, formats: readonly (typeof outputFormats)[number][]) => {
    await suite.workspace.write(`${folder}/.keep`, '');
    const own = createEncoder({ entry: suite.built.entry, threads });
    const jobs = sources.map((source, index) => {
      const target = (format: string, width: number) => suite.workspace.path(folder, `${index}-${width}.${format}`);
      return own.encode({
        source,
        files: formats.flatMap((format) =>
          [100, 401].map((width) => wanted(target(format, width), format, width, 300)),
        ),
      });
    });
    const results = await Promise.all(jobs);
    await own.dispose();
    return results.map(({ files }) => files.map(({ sha256 }) => sha256));
  };
  const one = await make('one', 1, outputFormats);
  expect(await make('four', 4, outputFormats)).toEqual(one);
  expect(await make('alone', 2, ['avif'])).toEqual(one.map((hashes) => hashes.slice(0, 2)));
});
