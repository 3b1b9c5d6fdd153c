import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { readTags } from '../support/exiftool.js';
import { run } from '../support/workspace.js';

let shop: Shop;
const hero = { prompt: 'A hero', alt: '', aspectRatio: '3:2', output: { quality: { jpeg: 31 } } };
beforeAll(async () => {
  const banner = { ...hero, prompt: 'A banner', output: { crop: '3:1' } };
  shop = await createShop({ images: { hero, banner, stale: 'A barn', missing: 'A canal' } });
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal', noise } })
    .png()
    .toBuffer();
  await shop.write('photo.png', photo);
  for (const name of ['hero', 'banner', 'stale']) {
    const { code, output } = await shop.command([
      'adopt',
      `src/${name}.image.json`,
      'photo.png',
      '--source-type',
      'digitalCapture',
    ]);
    expect(code, output).toBe(0);
  }
  await shop.write('src/stale.image.json', { prompt: 'A higher barn', alt: '' });
});
afterAll(() => shop[Symbol.asyncDispose]());

const exporting = (...args: string[]) => shop.command(['export', ...args]);
const sizeOf = async (file: string) => {
  const { format, width, height } = await sharp(await shop.readBytes(file)).metadata();
  return { format, width, height };
};

test('one file, in the format that its name says, with the original’s label', async () => {
  const { code, stdout, stderr } = await exporting('src/hero.image.json', '--out', 'public/icons/hero.webp');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe('✓ public/icons/hero.webp written (300×200)\n');
  expect(await sizeOf('public/icons/hero.webp')).toEqual({ format: 'webp', width: 300, height: 200 });
  expect(await shop.list('public')).toEqual(['icons/hero.webp']);
  const tags = await readTags(shop.path('public/icons/hero.webp'));
  expect(tags['XMP-iptcExt:DigitalSourceType']).toMatch(/\/digitalCapture$/);
});

test('width, format and crop are what the options say, and nothing is enlarged', async () => {
  const made = async (...options: string[]) => {
    const { code, output, stderr } = await exporting('src/hero.image.json', '--out', 'made.bin', ...options);
    expect(code, output).toBe(0);
    return { ...(await sizeOf('made.bin')), stderr };
  };
  expect(await made('--format', 'png', '--width', '60')).toEqual({ format: 'png', width: 60, height: 40, stderr: '' });
  expect(await made('--format', 'jpg', '--width', '100', '--crop', '2:1')).toMatchObject({
    format: 'jpeg',
    width: 100,
    height: 50,
  });
  expect(await made('--format', 'avif', '--width', '4000')).toEqual({
    format: 'heif',
    width: 300,
    height: 200,
    stderr: '! src/hero.image.json is 300 pixels wide, not 4000\n',
  });
  await exporting('src/banner.image.json', '--out', 'banner.png');
  expect(await sizeOf('banner.png')).toMatchObject({ width: 300, height: 100 });
});

test('its bytes are those that a build would publish: quality is the manifest’s', async () => {
  await exporting('src/hero.image.json', '--out', 'hero.jpg');
  const code = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const images = await createPromptImage();
    await images.resolve('src/hero.image.json', { outDir: 'published', publicPath: '/' });
    await images.dispose();`;
  const { code: exit, output } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: shop.root });
  expect(exit, output).toBe(0);
  const largest = (await shop.list('published')).find((file) => /^hero-300w-\w+\.jpg$/.test(file));
  expect((await shop.readBytes('hero.jpg')).equals(await shop.readBytes(`published/${largest}`))).toBe(true);
});

test('--check finds what is missing or another, and writes nothing', async () => {
  const check = () => exporting('src/hero.image.json', '--out', 'card.png', '--width', '120', '--check');
  const before = await shop.list();
  expect(await check()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: '✗ card.png is missing (120×80)\nRun the same command without --check.\n',
  });
  expect(await shop.list()).toEqual(before);
  await exporting('src/hero.image.json', '--out', 'card.png', '--width', '120');
  expect(await check()).toMatchObject({ code: 0, stdout: '✓ card.png is up to date (120×80)\n', stderr: '' });
  const again = await exporting('src/hero.image.json', '--out', 'card.png', '--width', '120');
  expect(again.stdout).toContain('is up to date');
  await shop.write('card.png', Buffer.concat([await shop.readBytes('card.png'), Buffer.from('!')]));
  const drifted = await shop.readBytes('card.png');
  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining('card.png is not what it would be') });
  expect(await shop.readBytes('card.png')).toEqual(drifted);
  const json = await shop.command([
    'export',
    'src/hero.image.json',
    '--out',
    'card.png',
    '--width',
    '120',
    '--check',
    '--json',
  ]);
  expect([json.code, json.stderr]).toEqual([1, '']);
  expect(JSON.parse(json.stdout)).toEqual({
    version: 1,
    command: 'export',
    errors: [],
    address: 'src/hero.image.json',
    out: 'card.png',
    format: 'png',
    width: 120,
    height: 80,
    state: 'different',
  });
});

test.each([
  ['missing', 'src/missing.image.json  not bought yet'],
  ['stale', 'src/stale.image.json  prompt changed since it was bought'],
])('what is %s is not exported, and not bought', async (name, words) => {
  const { code, stderr } = await exporting(`src/${name}.image.json`, '--out', `${name}.png`);
  expect(code).toBe(1);
  expect(stderr).toContain('[IMAGE_MISSING]');
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(STACK);
  expect(await shop.list()).not.toContain(`${name}.png`);
  expect(await shop.calls()).toEqual([]);
});

test.each([
  ['no place', ['src/hero.image.json'], "required option '--out <path>' not specified"],
  [
    'a name that says no format',
    ['src/hero.image.json', '--out', 'favicon.ico'],
    'favicon.ico does not say which format',
  ],
  [
    'an unknown format',
    ['src/hero.image.json', '--out', 'a.png', '--format', 'gif'],
    'It is one of avif, webp, jpeg, png',
  ],
  ['half a pixel', ['src/hero.image.json', '--out', 'a.png', '--width', '1.5'], 'It is a whole number of pixels'],
  ['a crop that is none', ['src/hero.image.json', '--out', 'a.png', '--crop', '16x9'], 'It is written width:height'],
  ['several images', ['src/*.image.json', '--out', 'a.png'], 'src/*.image.json matches 4 images. Name one of them'],
])('%s is a wrong use', async (_, args, words) => {
  const { code, stdout, stderr } = await exporting(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
});

test('the folder of the originals is no place for it', async () => {
  const { code, stderr } = await exporting('src/hero.image.json', '--out', '.prompt-image/hero.png');
  expect(code).toBe(1);
  expect(stderr).toContain('is in the folder of the originals, which never change');
});

test.each(['src/banner.image.json', 'notes.txt'])('what is no picture stays what it is: %s', async (file) => {
  if (file === 'notes.txt') await shop.write(file, 'mine');
  const before = await shop.read(file);
  const { code, output } = await exporting('src/hero.image.json', '--format', 'png', '--out', file);
  expect([code, output]).toEqual([1, expect.stringContaining('is there, and is something else')]);
  expect(output).not.toMatch(STACK);
  expect(await shop.read(file)).toBe(before);
});
