import { readFile, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentsOf, leaksIn } from './e2e/support/leaks.js';
import { launchChromium } from './support/chromium.js';
import { collectComplaints } from './support/complaints.js';
import { createWorkspace, repositoryRoot, run, type Workspace } from './support/workspace.js';

/** Each picture's shape in pixels, and how wide the widest file of it is. */
const pictures = {
  hero: { ratio: 1376 / 768, widest: 1376 },
  dunes: { ratio: 1, widest: 1024 },
  forest: { ratio: 896 / 1200, widest: 896 },
  night: { ratio: 1264 / 848, widest: 1264 },
  range: { ratio: 3, widest: 1584 },
};
const RECEIPT = '22 images: 22 reused, 0 bought';

/** What a newcomer has built. */
let site: Workspace;
let built: Awaited<ReturnType<typeof run>>;
let server: Server;
let address: string;
let browser: Browser;

beforeAll(async () => {
  site = await checkOut();
  built = await start(site, '--no-serve');
  server = serve(site.path('playground/dist'));
  address = await new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/folder/`),
    ),
  );
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  await site?.[Symbol.asyncDispose]();
});

test('a newcomer builds it from what is committed, and nothing is bought', async () => {
  expect(built.code, built.output).toBe(0);
  expect(built.output).toContain('0 to buy · 22 to reprocess (free)');
  expect(built.output).toContain(RECEIPT);
  expect(built.output).not.toMatch(/warning|draft|stale/i);
  expect(await site.git('status', '--porcelain')).toBe('');
});

test('so does CI: without a network, and writing nothing but its output and its cache', {
  timeout: 180_000,
}, async () => {
  await using clone = await checkOut();
  await clone.write('offline.mjs', OFFLINE);
  await clone.git('add', 'offline.mjs');
  for (const [file, bytes] of Object.entries(await contentsOf(site, 'playground/.cache')))
    await clone.write(file, bytes);
  const before = await clone.list();
  const env = { CI: 'true', NODE_OPTIONS: `--import=${clone.path('offline.mjs')}` };
  const { code, output } = await start(clone, '--no-serve', env);
  expect(code, output).toBe(0);
  expect(output).toContain(RECEIPT);
  const written = (await clone.list()).filter((file) => !before.includes(file));
  expect(written.filter((file) => !/^playground\/(dist|\.cache)\//.test(file))).toEqual([]);
  expect(await clone.hashTree('playground/dist')).toBe(await site.hashTree('playground/dist'));
});

test('the records say who painted', async () => {
  const originals = await site.list('playground/.prompt-image');
  const records = originals.filter((file) => /^[^/]+\.json$/.test(file));
  expect(records).toHaveLength(22);
  for (const file of records) {
    expect(JSON.parse(await site.read(`playground/.prompt-image/${file}`)), file).toMatchObject({
      origin: 'generated',
      provider: 'playground-painter',
      model: 'playground-painter-1',
      sourceType: 'algorithmicMedia',
    });
  }
  const published = (await site.list('playground/dist')).filter((file) => /\d+w-.*\.(avif|webp|jpg)$/.test(file));
  // Three formats of four widths each, but of three where the original is narrower than 960 px; of thumbs two of two densities.
  expect(published).toHaveLength(3 * (4 * 13 + 3 * 9) + 2 * 2 * 7);
  for (const file of published) {
    const bytes = await site.readBytes(`playground/dist/${file}`);
    expect(bytes.includes('digitalsourcetype/algorithmicMedia'), file).toBe(true);
  }
});

test('no prompt is published', async () => {
  const manifests = (await site.list('playground/src')).filter((file) =>
    /\.images?\.json$|\.image-preset\.json$/.test(file),
  );
  expect(manifests).toHaveLength(13);
  type Manifest = { prompt?: string; style?: string; variants?: Record<string, Manifest> };
  const wordsOf = ({ prompt = '', style, variants = {} }: Manifest): string[] => [
    ...[prompt, style ?? ''].filter((text) => text !== ''),
    ...Object.values(variants).flatMap(wordsOf),
  ];
  const prompts = await Promise.all(
    manifests.map(async (file) => wordsOf(JSON.parse(await site.read(`playground/src/${file}`)) as Manifest)),
  );
  const [, style = ''] = /'([^']{40,})'/.exec(await site.read('playground/style.ts')) ?? [];
  expect(style).toContain('poster');
  // The page quotes how some prompts begin, in words of its own.
  const secrets = [
    ...prompts.flat().map((prompt) => prompt.slice(-60)),
    style,
    'playground-painter-1',
    '../../../schema.json',
  ];
  expect(leaksIn(await contentsOf(site, 'playground/dist'), secrets)).toEqual([]);
});

test.each([
  ['a desk', 1440, 1],
  ['a tablet', 900, 2],
  ['a phone', 390, 3],
])(
  'on %s every picture is an AVIF of the width that it needs, and nothing moves or fails',
  async (_, width, density) => {
    const options = { viewport: { width, height: 900 }, deviceScaleFactor: density };
    const { page, complaints, close } = await open('', options);
    await showAll(page);
    for (const [name, { ratio, widest }] of Object.entries(pictures)) {
      const shown = await measure(page, name);
      expect(shown.bytes.subarray(4, 12).toString(), name).toBe('ftypavif');
      expect(shown.widths, name).toContain(shown.natural.width);
      expect(Math.max(...shown.widths), name).toBe(widest);
      // A row of pixels more or less.
      expect(Math.abs(shown.natural.width / ratio - shown.natural.height), name).toBeLessThan(1);
      expect(Math.abs(shown.box.width / ratio - shown.box.height), name).toBeLessThan(1);
      const wanted = shown.box.width * density;
      expect(shown.natural.width, name).toBeGreaterThanOrEqual(Math.min(widest, wanted * 0.97));
      const smaller = shown.widths.filter((candidate) => candidate < shown.natural.width);
      expect(Math.max(0, ...smaller), name).toBeLessThan(wanted * 1.03);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.001);
    expect(complaints).toEqual([]);
    await close();
  },
);

test('a browser without AVIF takes WebP, and one without either the JPEG', async () => {
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  const complaints = collectComplaints(page);
  await page.goto(address);
  await showAll(page);
  for (const [format, signature] of [
    ['avif', /^RIFF....WEBP/s],
    ['webp', /^\xff\xd8\xff/],
  ] as const) {
    await page.evaluate(
      (type) => document.querySelectorAll(`source[type="image/${type}"]`).forEach((source) => void source.remove()),
      format,
    );
    await showAll(page);
    for (const [name, { ratio }] of Object.entries(pictures)) {
      const { bytes, natural, widths } = await measure(page, name);
      expect(bytes.subarray(0, 12).toString('latin1'), name).toMatch(signature);
      expect(widths, name).toContain(natural.width);
      expect(Math.abs(natural.width / ratio - natural.height), name).toBeLessThan(1);
    }
  }
  expect(complaints).toEqual([]);
  await page.close();
});

test('until a picture is there, its blur holds the place', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\.(avif|webp|jpg)$/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  const hero = page.locator('[data-image="hero"]');
  await hero.locator('img').waitFor({ state: 'attached' });
  expect(await opacityOf(page)).toBe('0');
  const blurred = await examine(await hero.screenshot());
  const box = await hero.boundingBox();
  release();
  await page.waitForFunction(() => document.querySelector('[data-image="hero"] .is-ready'));
  await expect.poll(() => opacityOf(page)).toBe('1');
  const sharpened = await examine(await hero.screenshot());
  expect(await hero.boundingBox()).toEqual(box);
  // No plain colour: light and dark where the picture has them, without its detail.
  for (const [channel, { mean, stdev }] of blurred.channels.slice(0, 3).entries()) {
    expect(stdev).toBeGreaterThan(15);
    expect(Math.abs(mean - (sharpened.channels[channel]?.mean ?? 0))).toBeLessThan(12);
  }
  expect(blurred.detail).toBeLessThan(sharpened.detail / 4);
  await page.close();
});

test.each([
  [1440, 'light', 'bay', 1376 / 768],
  [1440, 'dark', 'bay-night', 1376 / 768],
  [390, 'light', 'bay-tall', 896 / 1200],
  [390, 'dark', 'bay-tall-night', 896 / 1200],
] as const)('at %i px where the system is %s the theme shows %s', async (width, colorScheme, label, ratio) => {
  const { page, complaints, close } = await open('theme.html', { viewport: { width, height: 900 }, colorScheme });
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>('[data-picture="bay"] img')?.complete);
  const { src, box } = await page.evaluate(() => {
    const img = document.querySelector<HTMLImageElement>('[data-picture="bay"] img');
    const { width = 0, height = 0 } = img?.getBoundingClientRect() ?? {};
    return { src: img?.currentSrc, box: { width, height } };
  });
  expect(src).toMatch(new RegExp(`/${label}-\\d+w-[^/]+\\.avif$`));
  expect(Math.abs(box.width / ratio - box.height)).toBeLessThan(1);
  expect(complaints).toEqual([]);
  await close();
});

test.each([
  ['theme', 3],
  ['chain', 3],
  ['collection', 14],
])('the page %s shows all of its pictures, and nothing moves or fails', async (name, count) => {
  for (const width of [390, 1440]) {
    const { page, complaints, close } = await open(`${name}.html`, { viewport: { width, height: 900 } });
    const images = page.locator('picture img');
    expect(await images.count()).toBe(count);
    for (const image of await images.all()) {
      await image.scrollIntoViewIfNeeded();
      await expect
        .poll(() => image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0))
        .toBe(true);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.evaluate(() => (window as unknown as { shift: number }).shift)).toBeLessThan(0.001);
    expect(complaints).toEqual([]);
    await close();
  }
});

test('the comparison works from the keyboard and says what it shows', async () => {
  const page = await browser.newPage();
  await page.goto(address);
  const slider = page.getByRole('slider');
  const at = () => page.evaluate(() => document.querySelector<HTMLElement>('.compare')?.style.getPropertyValue('--at'));
  await slider.focus();
  await page.keyboard.press('End');
  expect([await at(), await slider.getAttribute('aria-valuetext')]).toEqual(['100%', '100 % photo']);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect([await at(), await slider.getAttribute('aria-valuetext')]).toEqual(['1%', '1 % photo']);
  await page.close();
});

test.each([
  ['without a key', {}],
  ['with a key', { GEMINI_API_KEY: 'AIza-not-used' }],
])('playground:live %s says the price first; where nobody can say yes it buys nothing', async (_, key) => {
  await using clone = await checkOut();
  await clone.write('offline.mjs', OFFLINE);
  await clone.git('add', 'offline.mjs');
  const env = { ...key, NODE_OPTIONS: `--import=${clone.path('offline.mjs')}` };
  const { code, output } = await start(clone, ['--live', '--no-serve'], env);
  expect(code, output).toBe(1);
  expect(output).toContain('17 to buy, up to 5 more, ≈ $0.57, up to ≈ $0.74\n');
  expect(output.trimEnd()).toMatch(/Nothing was bought\.$/);
  expect(await clone.list('playground/.prompt-image-live')).toEqual([]);
  expect(await clone.list('playground/dist')).toEqual([]);
});

/** Makes any use of the network an error. */
const OFFLINE = `import net from 'node:net';
net.Socket.prototype.connect = () => { throw new Error('The network was used'); };
`;

/** The playground as git has it, in a repository of its own that has the package's build and its dependencies. */
async function checkOut(): Promise<Workspace> {
  const { stdout, code, output } = await run('git', ['ls-files', '-z', 'playground', '.gitignore'], {
    cwd: repositoryRoot,
  });
  if (code !== 0) throw new Error(output);
  const files = stdout.split('\0').filter((file) => file !== '');
  const contents = await Promise.all(
    files.map(async (file) => [file, await readFile(join(repositoryRoot, file))] as const),
  );
  const workspace = await createWorkspace(Object.fromEntries(contents), { git: true });
  await symlink(join(repositoryRoot, 'dist'), workspace.path('dist'), 'junction');
  await workspace.write('.git/info/exclude', 'node_modules\ndist\n');
  return workspace;
}

/** What `npm run playground` does after it has built the library. */
function start(workspace: Workspace, options: string | string[], env: Record<string, string> = {}) {
  const script = workspace.path('playground/scripts/start.mjs');
  return run(process.execPath, [script, ...[options].flat()], { cwd: workspace.root, env });
}

/** Serves a folder below `/a/folder/`, as hosts do that give no domain of one's own. */
function serve(folder: string): Server {
  const types: Record<string, string> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.avif': 'image/avif',
    '.webp': 'image/webp',
    '.jpg': 'image/jpeg',
  };
  return createServer(async (request, response) => {
    const path = (request.url ?? '').replace(/^\/a\/folder\/$/, '/a/folder/index.html');
    const bytes = await readFile(join(folder, path.replace('/a/folder/', '/'))).catch(() => undefined);
    const found = bytes && path.startsWith('/a/folder/');
    response
      .writeHead(found ? 200 : 404, { 'content-type': types[extname(path)] ?? 'text/plain' })
      .end(found ? bytes : '');
  });
}

/** A page of the site in a context of its own. */
async function open(path: string, options: BrowserContextOptions) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = collectComplaints(page);
  await page.addInitScript(watchShifts);
  await page.goto(address + path);
  return { page, complaints, close: () => context.close() };
}

function watchShifts(): void {
  const all = window as unknown as { shift: number };
  all.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) all.shift += (entry as PerformanceEntry & { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Scrolls to each picture, since they load when they are near, and waits for all of them. */
async function showAll(page: Page): Promise<void> {
  for (const name of Object.keys(pictures)) {
    await page.locator(`[data-image="${name}"]`).scrollIntoViewIfNeeded();
    await page.waitForFunction((which) => {
      const img = document.querySelector<HTMLImageElement>(`[data-image="${which}"] img`);
      return img?.complete && img.naturalWidth > 0;
    }, name);
  }
}

/** The file that the browser took for a picture, and how it shows it. */
async function measure(page: Page, name: string) {
  const found = await page.evaluate(async (which) => {
    const img = document.querySelector<HTMLImageElement>(`[data-image="${which}"] img`);
    if (!img) throw new Error(`no ${which}`);
    // An <img> with a srcset gives its natural size in CSS pixels, not the file's.
    const file = new Image();
    file.src = img.currentSrc;
    await file.decode();
    const { width, height } = img.getBoundingClientRect();
    return {
      src: img.currentSrc,
      widths: img.srcset.split(', ').map((candidate) => Number.parseInt(candidate.split(' ').at(-1) ?? '', 10)),
      natural: { width: file.naturalWidth, height: file.naturalHeight },
      box: { width, height },
    };
  }, name);
  const bytes = await site.readBytes(`playground/dist/${new URL(found.src).pathname.replace('/a/folder/', '')}`);
  return { ...found, bytes };
}

function opacityOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const img = document.querySelector('[data-image="hero"] img');
    return img ? getComputedStyle(img).opacity : undefined;
  });
}

/** A screenshot's colours, and how much neighbours in a row differ. */
async function examine(png: Buffer) {
  const { channels } = await sharp(png).stats();
  const grey = await sharp(png).greyscale().raw().toBuffer();
  let sum = 0;
  for (let at = 1; at < grey.length; at++) sum += Math.abs((grey[at] ?? 0) - (grey[at - 1] ?? 0));
  return { channels, detail: sum / grey.length };
}
