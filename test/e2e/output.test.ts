import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PromptImage } from '../../src/index.js';
import { type Gemini, picture } from '../loopback/gemini.js';
import { createSite, type Site, startSmallGemini } from './support/site.js';

const WIDTH = 300;
const HEIGHT = 200;
const one = { prompt: 'A harbour', aspectRatio: '3:2', alt: '' };
const webp = { formats: ['webp'] };
const longName = 'Ünïcode Näme with many, many words that no file system needs';
// Bundlers emit equal files once; widths of their own keep names apart where they matter.
const images = {
  all: { ...one, output: { formats: ['avif', 'webp', 'jpeg', 'png'], widths: [90, 'original', 9999, 90] } },
  cropped: { ...one, output: { ...webp, crop: '1:1', position: 'left', widths: [50] } },
  banner: { ...one, output: { ...webp, crop: '10:1', widths: ['original'] } },
  logo: { ...one, output: { ...webp, widths: null, width: 120, densities: [1, 1.5, 3] } },
  blurred: { ...one, output: { ...webp, placeholder: 'blur' } },
  hashed: { ...one, output: { ...webp, placeholder: 'thumbhash' } },
  coloured: { ...one, output: { ...webp, placeholder: 'color' } },
  plain: { ...one, output: { ...webp, placeholder: false } },
  worse: { ...one, output: { ...webp, widths: ['original'], quality: { webp: 1 } } },
  lossless: { ...one, output: { ...webp, widths: ['original'], quality: { webp: 'lossless' } } },
  told: { ...one, output: { ...webp, caption: true } },
  untold: { ...one, output: { ...webp, caption: false } },
  [longName]: { ...one, output: { ...webp, widths: [70] } },
};

let gemini: Gemini;
let site: Site;
let built: Record<string, PromptImage>;
let printed: string;

beforeAll(async () => {
  gemini = await startSmallGemini();
  gemini.always(picture({ size: { width: WIDTH, height: HEIGHT }, caption: 'Boats at dawn' }));
  const names = Object.keys(images);
  const imports = names.map((name, index) => `import image${index} from './${name}.image.json';`);
  const entries = names.map((name, index) => `${JSON.stringify(name)}: image${index}`);
  site = await createSite(gemini, {
    images,
    consent: true,
    files: { 'src/main.js': `${imports.join('\n')}\nglobalThis.images = { ${entries.join(', ')} };` },
  });
  const { code, output } = await site.build();
  expect(code, output).toBe(0);
  printed = output;
  built = await site.images();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await gemini.close();
});

const get = (name: keyof typeof images): PromptImage => {
  const image = built[name];
  if (!image) throw new RangeError(`There is no ${name}`);
  return image;
};
const sizeOf = async (file: string) => {
  const { info } = await sharp(await site.readBytes(`dist/${file}`))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [info.width, info.height];
};

test('one picture serves all of them', () => {
  expect(printed).toContain('1 image: 0 reused, 1 bought (1 new original to commit)');
  expect(gemini.calls).toBe(1);
});

test('formats and widths', async () => {
  const image = get('all');
  expect(Object.keys(image.sources)).toEqual(['avif', 'webp', 'jpeg', 'png']);
  expect(image).toMatchObject({ format: 'png', width: WIDTH, height: HEIGHT, img: { w: WIDTH, h: HEIGHT } });
  expect(image.srcset).toBe(image.sources.png);
  for (const [format, srcset] of Object.entries(image.sources)) {
    expect(srcset, 'nothing is enlarged, nothing stands twice').toMatch(/^\S+ 90w, \S+ 300w$/);
    for (const candidate of srcset.split(', ')) {
      const [url = '', descriptor = ''] = candidate.split(' ');
      const extension = format === 'jpeg' ? 'jpg' : format;
      expect(url).toMatch(new RegExp(`^/assets/all-${descriptor}-[\\w-]{8}\\.${extension}$`));
      const width = Number.parseInt(descriptor, 10);
      expect(await sizeOf(url)).toEqual([width, (width * HEIGHT) / WIDTH]);
      const { format: found } = await sharp(await site.readBytes(`dist${url}`)).metadata();
      expect(found).toBe(format === 'avif' ? 'heif' : format);
    }
  }
});

test('crops', async () => {
  expect(get('cropped')).toMatchObject({ width: 50, height: 50 });
  expect(await sizeOf(get('cropped').src)).toEqual([50, 50]);
  expect(get('banner')).toMatchObject({ width: WIDTH, height: WIDTH / 10 });
  expect(await sizeOf(get('banner').src)).toEqual([WIDTH, WIDTH / 10]);
});

test('densities', async () => {
  const logo = get('logo');
  expect(logo).toMatchObject({ width: 120, height: 80 });
  expect(logo.srcset).toMatch(/^\S+logo-120w-\S+ 1x, \S+logo-180w-\S+ 1.5x, \S+-300w-\S+ 2\.5x$/);
  expect(logo.src).toContain('logo-120w-');
  expect(await sizeOf(logo.src)).toEqual([120, 80]);
});

test('placeholders', async () => {
  const colour = /^#[0-9a-f]{6}$/;
  const { blurDataURL = '', color } = get('blurred');
  const [, base64 = ''] = /^data:image\/\w+;base64,(.+)$/.exec(blurDataURL) ?? [];
  const blur = await sharp(Buffer.from(base64, 'base64')).metadata();
  expect(blur.width / blur.height).toBeCloseTo(WIDTH / HEIGHT, 0);
  expect(blur.width).toBeLessThanOrEqual(32);
  expect(color).toMatch(colour);

  const { thumbhash = '', ...hashed } = get('hashed');
  expect(Buffer.from(thumbhash, 'base64').length).toBeGreaterThan(4);
  expect(hashed).toMatchObject({ color });
  expect(hashed).not.toHaveProperty('blurDataURL');
  expect(get('coloured')).toMatchObject({ color });
  expect(get('coloured')).not.toHaveProperty('blurDataURL');
  for (const field of ['color', 'blurDataURL', 'thumbhash']) expect(get('plain')).not.toHaveProperty(field);
});

test('quality', async () => {
  const [worse = 0, lossless = 0] = await Promise.all(
    [get('worse'), get('lossless')].map(async ({ src }) => (await site.readBytes(`dist${src}`)).length),
  );
  expect(lossless).toBeGreaterThan(2 * worse);
});

test('the caption where it is asked for', () => {
  expect(get('told').caption).toBe('Boats at dawn');
  expect(get('untold')).not.toHaveProperty('caption');
});

test('nothing but what is documented', () => {
  const fields = ['src', 'width', 'height', 'format', 'alt', 'srcset', 'sources', 'img'];
  expect(Object.keys(get('plain')).sort()).toEqual(fields.sort());
});

test('names of files', () => {
  const { src } = get(longName);
  expect(src).toMatch(/^\/assets\/unicode-name-with-many-many-words-that-n-70w-[\w-]{8}\.webp$/);
});
