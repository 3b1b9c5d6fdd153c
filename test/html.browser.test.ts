import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type PictureOptions, picture } from '../src/html.js';
import { createImage, type ImageFacts, type PromptImage } from '../src/image/object.js';
import { planImage } from '../src/image/plan.js';
import { launchChromium } from './support/chromium.js';
import { resolve } from './support/manifests.js';
import { repositoryRoot } from './support/workspace.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const landscape = { width: 1280, height: 720 };
const upright = { width: 720, height: 1280 };
const widths = { formats: ['avif', 'webp', 'jpeg'], widths: [320, 640, 'original'] };

/** An image whose files are named `<name>-<width>x<height>.<format>`. */
function imageOf(name: string, size = landscape, facts: Partial<ImageFacts> = {}, output: object = widths) {
  const plan = planImage(size, resolve({ prompt: 'x', output }).output);
  const urlOf = (file: { width: number; height: number; format: string }) =>
    `/${name}-${file.width}x${file.height}.${file.format}`;
  return createImage(plan, { alt: 'A pier', ...facts }, urlOf);
}

const hero: PromptImage = {
  ...imageOf('base'),
  variants: {
    portrait: { ...imageOf('portrait', upright), media: '(max-width: 640px)' },
    thumb: imageOf('thumb', landscape, {}, { formats: ['jpeg'], widths: [320] }),
    dark: { ...imageOf('dark'), media: '(prefers-color-scheme: dark)' },
  },
};

interface Opened {
  page: Page;
  /** Files of pictures that were asked for, in order. */
  asked: string[];
  /** What the console complained about. */
  complaints: string[];
  /** Lets the pictures through that were held back. */
  release: () => void;
}

interface OpenOptions extends BrowserContextOptions {
  policy?: string;
  /** No picture arrives before `release()`. */
  held?: boolean;
  /** Of the page, beside a sensible default. */
  css?: string;
}

/** Opens a page with this body, in a window of 1000 px unless told otherwise. */
async function open(body: string, { policy, held = false, css = '', ...context }: OpenOptions = {}): Promise<Opened> {
  const opened = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...context });
  onTestFinished(() => opened.close());
  const page = await opened.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  let release = () => {};
  const released = held ? new Promise<void>((done) => (release = done)) : Promise.resolve();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await opened.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const [, width, height, format] = /(\d+)x(\d+)\.(\w+)$/.exec(pathname) ?? [];
    if (format === undefined) {
      const headers = policy === undefined ? {} : { 'content-security-policy': policy };
      await route.fulfill({ headers, contentType: 'text/html; charset=utf-8', body: document(body, css) });
      return;
    }
    asked.push(pathname);
    await released;
    const create = { width: Number(width), height: Number(height), channels: 3, background: '#c03020' } as const;
    const bytes = await sharp({ create })
      .toFormat(format as 'avif')
      .toBuffer();
    await route.fulfill({ contentType: `image/${format}`, body: bytes }).catch(() => {});
  });
  await page.goto('http://pictures.test/', { waitUntil: held ? 'domcontentloaded' : 'load' });
  return { page, asked, complaints, release };
}

const document = (body: string, css: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
   <link rel="stylesheet" href="data:text/css,${encodeURIComponent(`body { margin: 0 } img { max-width: 100%; height: auto; display: block } ${css}`)}"></head>
   <body>${body}</body></html>`;

/** The file that is shown, once it is. */
async function shown(page: Page): Promise<string> {
  await page.waitForFunction(() => {
    const img = window.document.querySelector('img');
    return img?.complete && img.naturalWidth > 0;
  });
  return page.evaluate(() => new URL(window.document.querySelector('img')?.currentSrc ?? '').pathname);
}

const box = (page: Page) =>
  page.evaluate(() => {
    const { width, height } = window.document.querySelector('img')!.getBoundingClientRect();
    return { width, height };
  });

describe('the browser takes', () => {
  const narrow = { viewport: { width: 400, height: 800 } };
  const night = { colorScheme: 'dark' } as const;

  test.each([
    ['by day', {}, 'base-1280x720.avif'],
    ['by night', night, 'dark-1280x720.avif'],
    ['on a narrow page', narrow, 'portrait-640x1138.avif'],
    ['on a narrow page by night, the first of both', { ...narrow, ...night }, 'portrait-640x1138.avif'],
    ['on a narrow page of twice the density', { ...narrow, deviceScaleFactor: 2 }, 'portrait-720x1280.avif'],
  ])('%s', async (_, context, file) => {
    const { page, asked, complaints } = await open(picture(hero), context);
    expect(await shown(page)).toBe(`/${file}`);
    expect(asked).toEqual([`/${file}`]);
    expect(complaints).toEqual([]);
  });

  test('another variant when the window or the scheme changes', async () => {
    const { page } = await open(picture(hero));
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => shown(page)).toBe('/dark-1280x720.avif');
    await page.setViewportSize({ width: 400, height: 800 });
    await expect.poll(() => shown(page)).toMatch(/^\/portrait-/);
  });

  test.each([
    ['the base', {}, 'base-1280x720'],
    ['a variant', night, 'dark-1280x720'],
  ])('of %s the best format that it knows', async (_, context, file) => {
    for (const [unknown, taken] of [
      [['avif'], 'webp'],
      [['avif', 'webp'], 'jpeg'],
    ] as const) {
      const html = unknown.reduce((text, type) => text.replaceAll(`image/${type}`, 'image/x-unknown'), picture(hero));
      const { page } = await open(html, context);
      expect(await shown(page)).toBe(`/${file}.${taken}`);
    }
  });

  test('the width that the layout needs, of the base and of a variant', async () => {
    const css = 'img { width: 300px }';
    for (const [context, file] of [
      [{}, 'base-320x180.avif'],
      [night, 'dark-320x180.avif'],
    ] as const) {
      const { page } = await open(picture(hero), { ...context, css });
      expect(await shown(page)).toBe(`/${file}`);
    }
    const { page } = await open(picture(hero, { sizes: '(max-width: 1000px) 600px, 100vw' }), { css });
    expect(await shown(page)).toBe('/base-640x360.avif');
  });

  test('a width of the base and a density of a variant', async () => {
    const icon = imageOf('icon', landscape, {}, { formats: ['webp', 'jpeg'], width: 160 });
    const mixed = { ...imageOf('base'), variants: { icon: { ...icon, media: '(prefers-color-scheme: dark)' } } };
    const turned = { ...icon, variants: { base: { ...imageOf('base'), media: '(prefers-color-scheme: dark)' } } };
    for (const [image, context, file, width] of [
      [mixed, night, 'icon-320x180.webp', 160],
      [mixed, {}, 'base-1280x720.avif', 1000],
      [turned, {}, 'icon-320x180.webp', 160],
      [turned, night, 'base-1280x720.avif', 1000],
    ] as const) {
      const { page } = await open(picture(image), { ...context, deviceScaleFactor: 2 });
      expect(await shown(page)).toBe(`/${file}`);
      expect((await box(page)).width).toBe(width);
    }
  });

  test('URLs that have spaces, commas and ampersands in them', async () => {
    const odd = imageOf('my pictures, 2x/,a, b&amp;c=d');
    const { page, asked } = await open(picture(odd));
    expect(await shown(page)).toBe('/my%20pictures,%202x/,a,%20b&amp;c=d-1280x720.avif');
    expect(asked).toHaveLength(1);
  });
});

describe('on the page', () => {
  test('a picture has its box before it has arrived, each variant its own', async () => {
    for (const [width, ratio] of [
      [1000, 1280 / 720],
      [400, 720 / 1280],
    ] as const) {
      const { page, asked, release } = await open(picture(hero), { viewport: { width, height: 800 }, held: true });
      await expect.poll(() => asked.length).toBe(1);
      const before = await box(page);
      expect(before.width).toBe(width);
      expect(before.width / before.height).toBeCloseTo(ratio, 1);
      release();
      await shown(page);
      expect(await box(page)).toEqual(before);
    }
  });

  test('it waits until it is near, and with priority comes before the others', async () => {
    const far = picture(imageOf('far'), { class: 'far' });
    const first = picture(imageOf('first'), { priority: true });
    const { page, asked } = await open(`${first}<div style="height: 9000px"></div>${far}`);
    await shown(page);
    expect(asked).toEqual(['/first-1280x720.avif']);
    const states = await page.evaluate(() =>
      Array.from(window.document.images, ({ loading, fetchPriority, decoding }) => [loading, fetchPriority, decoding]),
    );
    expect(states).toEqual([
      ['eager', 'high', 'async'],
      ['lazy', 'auto', 'async'],
    ]);
    await page.locator('.far').scrollIntoViewIfNeeded();
    await expect.poll(() => asked).toEqual(['/first-1280x720.avif', '/far-1280x720.avif']);
  });

  test('a placeholder stands in its place until then, and only where the policy of the page permits it', async () => {
    const { data } = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#2040c0' } })
      .webp()
      .toBuffer({ resolveWithObject: true });
    const blurDataURL = `data:image/webp;base64,${data.toString('base64')}`;
    const image = imageOf('base', landscape, { blurDataURL, color: '#2040c0' });
    const strict = "default-src 'self'; img-src 'self' data:; style-src data:";
    const blue = async (page: Page) => {
      const { channels } = await sharp(await page.locator('img').screenshot()).stats();
      return channels[2]!.mean > 150 && channels[0]!.mean < 80;
    };

    const plain = await open(picture(image), { held: true, policy: strict });
    expect(await blue(plain.page)).toBe(false);
    plain.release();
    await shown(plain.page);
    expect(plain.complaints).toEqual([]);

    const { color, ...blurOnly } = image;
    for (const each of [blurOnly, { ...blurOnly, blurDataURL: '', color: '#2040c0' }]) {
      const { page, release, complaints } = await open(picture(each, { placeholder: true }), { held: true });
      expect(await blue(page)).toBe(true);
      release();
      await shown(page);
      await expect.poll(() => blue(page)).toBe(false);
      expect(complaints).toEqual([]);
    }
    const refused = await open(picture(image, { placeholder: true }), { policy: strict });
    expect(refused.complaints.join()).toContain('Content Security Policy');
  });
});

describe('a parser', () => {
  /** The attributes of each element, as the document has them. */
  const parse = (page: Page, html: string) =>
    page.evaluate((text) => {
      const { content } = Object.assign(window.document.createElement('template'), { innerHTML: text });
      return {
        elements: Array.from(content.querySelectorAll('*'), ({ localName, attributes }) => ({
          localName,
          attributes: Object.fromEntries(Array.from(attributes, ({ name, value }) => [name, value])),
        })),
        texts: content.textContent,
      };
    }, html);

  const wellFormed = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed();

  test('reads back exactly what was given', async () => {
    const { page } = await open('');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            '"',
            "'",
            '`',
            '<',
            '>',
            '&',
            '&quot;',
            '&#',
            'lt',
            ';',
            '\r',
            '\n',
            '\0',
            '\ud800',
            '/',
            '=',
            ' ',
          ),
        )
        .map((parts) => parts.join('')),
    );
    const url = fc.webUrl({ withQueryParameters: true, withFragments: true });
    const given = fc.record({
      alt: text,
      title: text,
      class: text,
      'data-text': text,
      'aria-label': text,
      style: text,
    });
    await fc.assert(
      fc.asyncProperty(given, url, text, async ({ alt, ...attributes }, address, media) => {
        const variant = { ...imageOf('v'), srcset: `${address} 320w`, sources: { avif: `${address} 320w` }, media };
        const image = { ...imageOf('b'), src: address, variants: { variant } };
        const { elements, texts } = await parse(page, picture(image, { alt, ...attributes }));
        expect(texts).toBe('');
        const names = elements.map(({ localName }) => localName);
        expect(names).toEqual(['picture', ...Array(media ? 3 : 2).fill('source'), 'img']);
        const img = elements.at(-1)!.attributes;
        const expected = Object.entries({ ...attributes, alt, src: address }).map(([name, value]) => [
          name,
          wellFormed(value),
        ]);
        expect(img).toMatchObject(Object.fromEntries(expected));
        expect(Object.keys(img)).toHaveLength(13);
        const inSrcset = `${address.replace(/,+$/, encodeURIComponent)} 320w`;
        if (media) expect(elements[1]!.attributes).toMatchObject({ media: wellFormed(media), srcset: inSrcset });
      }),
      { numRuns: 300 },
    );
  });

  test('finds in a page in UTF-8 the texts that try to leave their attributes', async () => {
    const hostile = [
      '"><script>window.broken = 1</script>',
      "'`</picture>",
      '" onerror="window.broken = 1',
      '\0\ud800é😀\r\n',
    ];
    const options = (alt: string): PictureOptions => ({ alt, title: alt, 'data-text': alt });
    const { page } = await open(hostile.map((alt) => picture(imageOf('a'), options(alt))).join(''));
    const found = await page.evaluate(() =>
      Array.from(window.document.images, ({ alt, title, dataset }) => [alt, title, dataset.text]),
    );
    expect(found).toEqual(hostile.map((alt) => Array(3).fill(wellFormed(alt))));
    expect(await page.evaluate(() => [window.document.body.textContent?.trim(), 'broken' in window])).toEqual([
      '',
      false,
    ]);
  });
});

test('the published module imports nothing, and renders in a browser what it renders here', async () => {
  const code = await readFile(join(repositoryRoot, 'dist', 'html.js'), 'utf8');
  const { page } = await open('');
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  const call = `import('${module.replaceAll("'", '%27')}').then(({ picture }) => picture(${JSON.stringify(hero)}, { priority: true }))`;
  expect(await page.evaluate(call)).toBe(picture(hero, { priority: true }));
});
