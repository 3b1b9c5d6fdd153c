import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { embed, jsonStore, manifestStore } from '../support/c2pa.js';
import { readTags, writeTags } from '../support/exiftool.js';

const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const formats = ['png', 'jpeg', 'webp', 'avif'] as const;

/** One project for all: each test takes images of its own. */
let shop: Shop;
const names = [
  ...formats,
  'xmp',
  'both',
  'json',
  'long',
  'said',
  'none',
  'wide',
  'same',
  'taken',
  'broken',
  'unlabelled',
  'ai',
];
beforeAll(async () => {
  const images = Object.fromEntries(names.map((name) => [name, `A picture called ${name}`]));
  shop = await createShop({ images, git: true, config: { defaults: { aspectRatio: '1:1' } } });
});
afterAll(() => shop[Symbol.asyncDispose]());

function photo(format: (typeof formats)[number], width = 40, height = 40): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .toFormat(format)
    .toBuffer();
}

async function adopt(name: string, picture: Buffer, ...options: string[]) {
  await shop.write(`mine/${name}.bin`, picture);
  const result = await shop.command(['adopt', `src/${name}.image.json`, `mine/${name}.bin`, '--json', ...options]);
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout) as { state: string; file: string; sourceType?: string; notes: string[] };
}

/** The tags of a file that is made from an image. */
async function publishedTags(name: string): Promise<Record<string, unknown>> {
  const out = `out/${name}.webp`;
  const { code, output } = await shop.command(['export', `src/${name}.image.json`, '--out', out]);
  expect(code, output).toBe(0);
  return readTags(shop.path(out));
}

test.each(formats)('a picture is adopted as it is, and its C2PA label is kept: %s', async (format) => {
  const picture = embed[format](await photo(format), manifestStore([`${IPTC}trainedAlgorithmicMedia`]));
  const { state, file, sourceType } = await adopt(format, picture);
  expect([state, sourceType]).toEqual(['adopted', 'trainedAlgorithmicMedia']);
  expect(await shop.readBytes(file)).toEqual(picture);
  const record = JSON.parse(await shop.read(file.replace(/\.\w+$/, '.json')));
  expect(record).toMatchObject({ version: 1, origin: 'adopted', for: `src/${format}.image.json` });
  for (const unknown of ['provider', 'model', 'modelVersion']) expect(record).not.toHaveProperty(unknown);
  expect((await shop.command(['status', `src/${format}.image.json`])).stdout).toContain(`✓ src/${format}.image.json`);
  const tags = await publishedTags(format);
  expect(tags['XMP-iptcExt:DigitalSourceType']).toBe(`${IPTC}trainedAlgorithmicMedia`);
  expect(tags).not.toHaveProperty('XMP-iptcExt:AISystemUsed');
  expect(await shop.calls()).toEqual([]);
});

test('a label in XMP is kept, with the system that it names', async () => {
  await shop.write('tagged.jpg', await photo('jpeg'));
  const label = { DigitalSourceType: `${IPTC}compositeWithTrainedAlgorithmicMedia`, AISystemUsed: 'Brush & Co' };
  await writeTags(
    shop.path('tagged.jpg'),
    Object.fromEntries(Object.entries(label).map(([name, value]) => [`XMP-iptcExt:${name}`, value])),
  );
  const picture = await shop.readBytes('tagged.jpg');
  expect((await adopt('xmp', picture)).sourceType).toBe('compositeWithTrainedAlgorithmicMedia');
  const tags = await publishedTags('xmp');
  for (const [name, value] of Object.entries(label)) expect(tags[`XMP-iptcExt:${name}`]).toBe(value);
});

test('of several labels the one that discloses a model counts', async () => {
  const camera = manifestStore([`${IPTC}digitalCapture`, `${IPTC}trainedAlgorithmicMedia`]);
  expect((await adopt('ai', embed.png(await photo('png'), camera))).sourceType).toBe('trainedAlgorithmicMedia');
  await shop.write('both.png', embed.png(await photo('png'), manifestStore([`${IPTC}trainedAlgorithmicMedia`])));
  await writeTags(shop.path('both.png'), {
    'XMP-iptcExt:DigitalSourceType': `${IPTC}compositeWithTrainedAlgorithmicMedia`,
  });
  const { sourceType } = await adopt('both', await shop.readBytes('both.png'));
  expect(sourceType).toBe('compositeWithTrainedAlgorithmicMedia');
});

test('a manifest in JSON, and one that stands in several segments, are read', async () => {
  const json = embed.jpeg(await photo('jpeg'), jsonStore(`${IPTC}digitalCapture`));
  expect((await adopt('json', json)).sourceType).toBe('digitalCapture');
  const term = `${IPTC}algorithmicMedia`;
  // So long that the term itself is cut in two.
  const whole = manifestStore([term]);
  const filler = 65_008 - whole.indexOf(term) - 30;
  const long = embed.jpeg(await photo('jpeg'), manifestStore([term], filler));
  expect(long.includes(term)).toBe(false);
  expect((await adopt('long', long)).sourceType).toBe('algorithmicMedia');
});

test('--source-type counts more than what the picture says, and only knows the terms that there are', async () => {
  const picture = embed.png(await photo('png'), manifestStore([`${IPTC}digitalCapture`]));
  const { code, stderr, stdout } = await shop.command([
    'adopt',
    'src/said.image.json',
    'mine/png.bin',
    '--source-type',
    'trainedAlgorithmicMedium',
  ]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Did you mean trainedAlgorithmicMedia?');
  expect((await adopt('said', picture, '--source-type', 'humanEdits')).sourceType).toBe('humanEdits');
  expect((await publishedTags('said'))['XMP-iptcExt:DigitalSourceType']).toBe(`${IPTC}humanEdits`);
});

test('where nothing is known, files carry nothing', async () => {
  expect(await adopt('none', await photo('webp'))).not.toHaveProperty('sourceType');
  const tags = await publishedTags('none');
  expect(Object.keys(tags).filter((name) => name.startsWith('XMP'))).toEqual([]);
});

test('a wrong ratio is told, and taken', async () => {
  const { state, notes } = await adopt('wide', await photo('png', 80, 40));
  expect([state, notes]).toEqual(['adopted', ['80×40 is not the 1:1 that was asked for']]);
});

test('the same picture again is nothing to do; another one must not come beside it', async () => {
  const picture = await photo('png');
  const { file } = await adopt('same', picture);
  const before = await shop.hashTree('.prompt-image');
  expect(await adopt('same', picture)).toMatchObject({ state: 'present', file });
  await shop.write('other.png', await photo('png', 41, 41));
  const { code, output } = await shop.command(['adopt', 'src/same.image.json', 'other.png']);
  expect(code).toBe(1);
  expect(output).toContain('[CACHE_CONFLICT] src/same.image.json: another picture answers this prompt: same-');
  for (const word of ['"take": "own"', 'prompt-image pick', 'prompt-image prune']) expect(output).toContain(word);
  const relabelled = await shop.command([
    'adopt',
    'src/same.image.json',
    'mine/same.bin',
    '--source-type',
    'digitalCapture',
  ]);
  expect(relabelled.code).toBe(1);
  expect(relabelled.output).toContain('is its original already, recorded with no source type');
  expect(await shop.hashTree('.prompt-image')).toBe(before);
  // What the message says to do.
  await shop.write('src/same.image.json', { prompt: 'A picture called same', alt: '', take: 'own' });
  expect((await shop.command(['adopt', 'src/same.image.json', 'other.png'])).code).toBe(0);
});

test('what is no whole picture, or not there, is refused, and nothing is written', async () => {
  const before = await shop.list('.prompt-image');
  const whole = await photo('jpeg', 300, 300);
  const refused = async (picture: string, words: string) => {
    const { code, stderr } = await shop.command(['adopt', 'src/broken.image.json', picture]);
    expect(code).toBe(1);
    expect(stderr).toContain(`[IMAGE_INVALID] ${shop.path(picture)} ${words}`);
    expect(stderr).not.toMatch(STACK);
  };
  await shop.write('cut.jpg', whole.subarray(0, whole.length / 2));
  await refused('cut.jpg', 'is damaged or not complete');
  await shop.write('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await refused('drawing.svg', 'is not a PNG, JPEG, WebP or AVIF file');
  await refused('nowhere.png', 'does not exist');
  expect(await shop.list('.prompt-image')).toEqual(before);
});

test('a folder that git ignores is no place for it', async () => {
  await using ignored = await createShop({ images: { barn: 'A barn' }, git: true });
  await ignored.write('.gitignore', '.prompt-image\n');
  const { code, stderr } = await ignored.command(['adopt', 'src/barn.image.json', 'picture.png']);
  expect(code).toBe(1);
  expect(stderr).toContain('[CACHE_IGNORED]');
});

test('it tells people what it did, and what to commit', async () => {
  await shop.write('mine.png', await photo('png'));
  const { code, stdout } = await shop.command(['adopt', 'src/unlabelled.image.json', 'mine.png']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /✓ src\/unlabelled\.image\.json {2}40×40, no source type known\nAdopted as \.prompt-image\/unlabelled-[\w-]+\.png\. Commit it/,
  );
});
