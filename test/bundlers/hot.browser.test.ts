import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type * as Vite from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createFakeImages,
  type FakeCollection,
  type FakeImages,
  type FakeManifest,
} from '../fixtures/hot/fake-images.js';
import { launchChromium } from '../support/chromium.js';
import { addFrameworks } from '../support/frameworks.js';
import { createWorkspace, repositoryRoot, type Workspace } from '../support/workspace.js';

const RED: FakeManifest = { color: 'red', alt: 'Red', draft: true };
const NAVY: FakeManifest = { color: 'navy', alt: 'Navy' };
const DARK: FakeManifest = { color: 'black', alt: 'Dark scene' };
const SCENE: FakeManifest = { color: 'gray', alt: 'Scene', variants: { dark: DARK } };
const APPLE: FakeManifest = { color: 'red', alt: 'Apple' };
const TART: FakeManifest = { color: 'brown', alt: 'Fig tart' };
const KIWI: FakeManifest = { color: 'green', alt: 'Kiwi' };

let browser: Browser;
let client: string;

beforeAll(async () => {
  const bundle = build({
    entryPoints: [join(repositoryRoot, 'src/bundlers/vite/hot/client/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  [browser, client] = await Promise.all([
    launchChromium(),
    bundle.then(({ outputFiles }) => outputFiles[0]?.text ?? ''),
  ]);
});
afterAll(() => browser?.close());

/** A dev server over the fixture, and what it printed. */
interface Site extends AsyncDisposable {
  workspace: Workspace;
  server: Vite.ViteDevServer;
  images: FakeImages;
  logs: string[];
}

async function serve(vite: 'vite' | 'vite7', base: string): Promise<Site> {
  const workspace = await createWorkspace({}, { vite });
  await cp(join(repositoryRoot, 'test/fixtures/hot/site'), workspace.root, { recursive: true });
  await addFrameworks(workspace, vite);
  const load = (path: string) => import(pathToFileURL(workspace.path('node_modules', path)).href);
  const { createLogger, createServer } = (await load('vite/dist/node/index.js')) as typeof Vite;
  const { default: reactPlugin } = await load('react-plugin/dist/index.js');
  const { default: vuePlugin } = await load('vue-plugin/dist/index.mjs');
  const logs: string[] = [];
  const logger = createLogger('info');
  for (const level of ['info', 'warn', 'error'] as const) logger[level] = (message) => void logs.push(message);
  const images = createFakeImages(async () => client);
  const server = await createServer({
    root: workspace.root,
    base,
    configFile: false,
    customLogger: logger,
    cacheDir: workspace.path('node_modules/.vite'),
    plugins: [images.plugin, reactPlugin(), vuePlugin()],
    server: { host: '127.0.0.1', port: 0, fs: { allow: [workspace.root, repositoryRoot] } },
  });
  await server.listen();
  const dispose = async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
  };
  return { workspace, server, images, logs, [Symbol.asyncDispose]: dispose };
}

/** A page that remembers whether it was reloaded and what went wrong in it. */
async function open({ server }: Site, path: string): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('websocket', (socket) => {
    const note = ({ payload }: { payload: string | Buffer }) => {
      if (/"full-reload"|vite:invalidate/.test(String(payload))) problems.push(String(payload));
    };
    socket.on('framereceived', note);
    socket.on('framesent', note);
  });
  await page.goto(new URL(path, server.resolvedUrls?.local[0]).href);
  await page.waitForSelector('main > *');
  await page.evaluate('window.marker = 1');
  return { page, problems };
}

/** Waits until each attribute and style with a hero's URL names this colour, and the picture itself is loaded. */
async function untilShown(page: Page, color: string): Promise<void> {
  await page.waitForFunction(
    `[...document.querySelectorAll('main, main *')].every((element) =>
      [...element.attributes].every(({ value }) => value.replaceAll('hero-${color}-', '').indexOf('hero-') < 0)) &&
      document.querySelector('#hero').currentSrc.includes('hero-${color}-') &&
      document.querySelector('#hero').naturalWidth > 0`,
    undefined,
    { timeout: 5000 },
  );
}

const attribute = (page: Page, selector: string, name: string) => page.locator(selector).getAttribute(name);
const text = async (page: Page, selector: string) => (await page.locator(selector).innerText()).trim();

/** The page is the one that was opened, and nothing asked it to reload. */
async function expectUntouched({ page, problems }: { page: Page; problems: string[] }): Promise<void> {
  expect(problems).toEqual([]);
  expect(await page.evaluate('window.marker')).toBe(1);
}

describe.each([
  { vite: 'vite', base: '/app/' },
  { vite: 'vite7', base: '/app/' },
] as const)('$vite under $base', ({ vite, base }) => {
  let site: Site;
  let opened: { page: Page; problems: string[] }[] = [];
  const hero = () => site.workspace.path('src/hero.image.json');
  const edit = (manifest: FakeManifest) => site.workspace.write('src/hero.image.json', manifest);
  const push = (manifest: FakeManifest) => site.images.push(hero(), manifest);
  const pushScene = (manifest: FakeManifest) => site.images.push(site.workspace.path('src/scene.image.json'), manifest);
  const pushFruits = (items: FakeCollection) => site.images.push(site.workspace.path('src/fruits.images.json'), items);
  const visit = async (path: string) => {
    const visited = await open(site, base + path);
    opened.push(visited);
    return visited.page;
  };

  beforeAll(async () => {
    site = await serve(vite, base);
  }, 30_000);
  afterAll(() => site?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await push(RED);
    await site.images.push(site.workspace.path('src/card.image.json'), NAVY);
    await Promise.all([pushScene(SCENE), pushFruits({ apple: APPLE, 'fig-tart': TART })]);
    site.logs.length = 0;
  });
  afterEach(async () => {
    for (const each of opened) await expectUntouched(each);
    await Promise.all(opened.map(({ page }) => page.close()));
    opened = [];
  });

  it('exchanges URLs wherever a vanilla page has them', async () => {
    const page = await visit('vanilla.html');
    await untilShown(page, 'red');
    await edit({ color: 'blue', alt: 'Blue', width: 800 });
    await untilShown(page, 'blue');
    const updates = site.logs.map(stripVTControlCharacters).filter((line) => !line.startsWith('[optimizer]'));
    expect(updates).toEqual(['image update /src/hero.image.json']);

    const url = (width: number) => `${base}@prompt-image/hero-blue-${width}w.svg`;
    const origin = new URL(page.url()).origin;
    expect(await attribute(page, '#hero', 'src')).toBe(url(800));
    expect(await attribute(page, '#hero', 'width')).toBe('800');
    expect(await attribute(page, '#hero', 'height')).toBe('400');
    expect(await attribute(page, '#hero', 'alt')).toBe('Blue');
    expect(await attribute(page, 'source', 'srcset')).toBe(`${url(400)} 400w, ${url(800)} 800w`);
    expect(await attribute(page, '#preload', 'imagesrcset')).toBe(`${url(400)} 400w, ${url(800)} 800w`);
    expect(await attribute(page, '#own', 'srcset')).toBe(`${origin}${url(800)} 1x, ${url(800)} 2x`);
    expect(await attribute(page, '#own', 'alt')).toBe('Own words');
    expect(await attribute(page, '#style', 'style')).toContain(
      `url('${url(800)}'), url(${base}@prompt-image/card-navy-`,
    );
    expect(await attribute(page, '#poster', 'poster')).toBe(url(800));
    expect(await attribute(page, '#link', 'href')).toBe(url(800));
    expect(await attribute(page, '#indirect', 'src')).toBe(url(800));
    expect(await page.evaluate('[hero.alt, hero.img.w, "draft" in hero]')).toEqual(['Blue', 800, false]);
    expect(await page.evaluate('askWorker()')).toBe('Blue');

    // Made after the update from a URL taken out of the object before it.
    await page.click('#later');
    await page.waitForSelector('.later[src*="hero-blue-"]');
    await push({ color: 'green', alt: 'Green' });
    await untilShown(page, 'green');
    // At once, not by way of the picture between, which would be fetched.
    const later = `(async () => { later.click(); await null; return document.querySelector('figure:last-child') })()`;
    expect(await page.evaluate(`${later}.then((figure) => figure.innerHTML)`)).toContain('hero-green-');
    expect(await page.locator('.later[src*="hero-green-"]').count()).toBe(2);
    // Back to URLs that were exchanged before.
    await push(RED);
    await untilShown(page, 'red');
    await page.click('#later');
    expect(await page.locator('.later[src*="hero-red-"]').count()).toBe(3);
    expect(await attribute(page, '#card', 'src')).toContain('card-navy-');
  });

  it('exchanges words alone', async () => {
    const page = await visit('vanilla.html');
    await edit({ color: 'red', alt: 'Crimson' });
    await page.waitForSelector('#hero[alt="Crimson"]');
    await untilShown(page, 'red');
  });

  it('renders React components again, with their state', async () => {
    const page = await visit('react.html');
    for (const id of ['#count', '#indirect', '#mixed']) await page.click(id);
    await edit({ color: 'blue', alt: 'Blue' });
    await page.waitForFunction(`document.querySelector('#alt').innerText === 'Blue Navy'`);
    await untilShown(page, 'blue');
    const seen = () => Promise.all(['#count', '#memo', '#indirect', '#mixed', '#store'].map((id) => text(page, id)));
    expect(await seen()).toEqual(['1', 'Blue', '1 Blue', '1 Blue', 'same store']);
    expect(await page.locator('#draft').count()).toBe(0);
    expect(await attribute(page, '#url', 'title')).toContain('hero-blue-');

    await push({ color: 'green', alt: 'Green', draft: true });
    await page.waitForSelector('#draft');
    await untilShown(page, 'green');
    expect(await seen()).toEqual(['1', 'Green', '1 Green', '1 Green', 'same store']);
    expect(await page.evaluate('store.hero.alt')).toBe('Green');

    await site.images.push(site.workspace.path('src/card.image.json'), { color: 'teal', alt: 'Teal' });
    await page.waitForFunction(`document.querySelector('#alt').innerText === 'Green Teal'`);
    expect(await attribute(page, '#card', 'src')).toContain('card-teal-');
    expect(await seen()).toEqual(['1', 'Green', '1 Green', '1 Green', 'same store']);
  });

  it('renders Vue components again, with their state', async () => {
    const page = await visit('vue.html');
    for (const id of ['#count', '#indirect']) await page.click(id);
    await edit({ color: 'blue', alt: 'Blue' });
    await page.waitForFunction(`document.querySelector('#alt').innerText === 'Blue Navy'`);
    await untilShown(page, 'blue');
    expect(await Promise.all([text(page, '#count'), text(page, '#indirect')])).toEqual(['1', '1 Blue']);
    expect(await page.locator('#draft').count()).toBe(0);

    await push({ color: 'green', alt: 'Green', draft: true });
    await page.waitForSelector('#draft');
    await untilShown(page, 'green');
    expect(await Promise.all([text(page, '#count'), text(page, '#indirect')])).toEqual(['1', '1 Green']);
  });

  it('exchanges variants and items in a vanilla page, in the objects that it holds', async () => {
    const page = await visit('album.html');
    const night: FakeManifest = { color: 'navy', alt: 'Night', width: 800 };
    await site.workspace.write('src/scene.image.json', { ...SCENE, variants: { wide: TART, dark: night } });
    await page.waitForSelector('#dark-alone[alt="Night"][src*="scene-dark-navy-800w"]');
    const url = (name: string, width: number) => `${base}@prompt-image/${name}-${width}w.svg`;
    expect(await attribute(page, '#dark', 'srcset')).toBe(
      `${url('scene-dark-navy', 400)} 400w, ${url('scene-dark-navy', 800)} 800w`,
    );
    expect(await attribute(page, '#scene', 'src')).toBe(url('scene-gray', 640));
    expect(await page.evaluate('[album.dark === album.scene.variants.dark, album.dark.alt]')).toEqual([true, 'Night']);
    expect(await page.evaluate('Object.keys(album.scene.variants)')).toEqual(['wide', 'dark']);

    const state = () =>
      page.evaluate(`({
        keys: Object.keys(album.fruits),
        names: album.list.map(({ name }) => name),
        same: album.list.every((image) => album.fruits[image.name] === image),
        apple: album.fruits.apple === album.apple && album.apple.alt,
        tart: album.fruits['fig-tart'] === album.tart,
        url: album.urls.apple,
      })`);
    await site.workspace.write('src/fruits.images.json', { kiwi: KIWI, apple: { color: 'lime', alt: 'Green apple' } });
    await page.waitForSelector('#apple[alt="Green apple"][src*="fruits-apple-lime-"]');
    expect(await state()).toEqual({
      keys: ['kiwi', 'apple'],
      names: ['kiwi', 'apple'],
      same: true,
      apple: 'Green apple',
      tart: false,
      url: url('fruits-apple-lime', 640),
    });
    expect(await attribute(page, '#url', 'src')).toBe(url('fruits-apple-lime', 640));
    expect(await attribute(page, '#tart', 'src')).toBe(url('fruits-fig-tart-brown', 640));

    // What comes back is the object that the page still holds.
    await pushFruits({ apple: APPLE, 'fig-tart': { color: 'teal', alt: 'Plum tart', width: 800 } });
    await page.waitForSelector('#tart[alt="Plum tart"][width="800"][src*="fruits-fig-tart-teal-800w"]');
    expect(await state()).toMatchObject({ keys: ['apple', 'fig-tart'], same: true, apple: 'Apple', tart: true });
  });

  it.each(['album-react.html', 'album-vue.html'])('renders variants and items again in %s', async (path) => {
    const page = await visit(path);
    await page.click('#count');
    await pushScene({ ...SCENE, variants: { dark: { color: 'navy', alt: 'Night' } } });
    await page.waitForSelector('#dark[alt="Night"][src*="scene-dark-navy-"]');
    await pushFruits({ kiwi: KIWI, apple: { color: 'lime', alt: 'Green apple' } });
    await page.waitForSelector('#apple[alt="Green apple"][src*="fruits-apple-lime-"]');
    await page.waitForFunction(`document.querySelector('#list').innerText === 'kiwi: Kiwi, apple: Green apple'`);
    expect(await Promise.all(['#record', '#count'].map((id) => text(page, id)))).toEqual(['kiwi apple', '1']);
    await pushFruits({ apple: APPLE, kiwi: KIWI, lime: { color: 'lime', alt: 'Lime' } });
    await page.waitForFunction(`document.querySelector('#list').innerText.endsWith(', lime: Lime')`);
    expect(await Promise.all(['#record', '#count'].map((id) => text(page, id)))).toEqual(['apple kiwi lime', '1']);
  });

  it('starts a page again that could not run without an item', async () => {
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(new URL(`${base}late.html`, site.server.resolvedUrls?.local[0]).href);
    await expect.poll(() => errors.map(String).join()).toContain("'kiwi'");
    await pushFruits({ apple: APPLE, kiwi: KIWI });
    await page.waitForSelector('#kiwi[alt="Kiwi"]');
    await page.close();
  });

  it('hands the new module to hot.accept', async () => {
    const page = await visit('accept.html');
    await edit({ color: 'blue', alt: 'Blue' });
    await page.waitForFunction(`document.querySelector('#seen').innerText === 'Red Blue'`);
    await push({ color: 'green', alt: 'Green' });
    await page.waitForFunction(`document.querySelector('#seen').innerText === 'Red Blue Green'`);
    await untilShown(page, 'green');
  });

  it('corrects a page that was not listening yet', async () => {
    const page = await browser.newPage();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/*virtual:prompt-image/track', async (route) => {
      await released;
      await route.continue();
    });
    const asked = page.waitForRequest('**/*virtual:prompt-image/track');
    await page.goto(new URL(`${base}react.html`, site.server.resolvedUrls?.local[0]).href, { waitUntil: 'commit' });
    await asked;
    await push({ color: 'blue', alt: 'Blue' });
    release();
    await page.waitForFunction(`document.querySelector('#alt')?.innerText === 'Blue Navy'`);
    await untilShown(page, 'blue');
    await page.close();
  });

  it('shows an error in the overlay until it is cleared', async () => {
    const page = await visit('react.html');
    await page.click('#count');
    const overlay = page.locator('vite-error-overlay');
    await edit({ ...RED, error: 'The prompt is empty' });
    await overlay.locator('.message-body', { hasText: 'The prompt is empty' }).waitFor();
    expect(await overlay.locator('.frame').innerText()).toContain('> 1 |');
    expect(await overlay.locator('.file').innerText()).toContain('hero.image.json:1:1');
    expect((await overlay.locator('.stack').textContent())?.trim()).toBe('');

    const later = await visit('react.html');
    await later.locator('vite-error-overlay .frame').waitFor();

    // An update of something else takes every overlay away, or reloads the page if it is the first one.
    const app = await site.workspace.read('src/App.jsx');
    await site.workspace.write('src/App.jsx', app.replace('<>', '<><i id="edited" />'));
    await page.waitForSelector('#edited', { state: 'attached' });
    await overlay.locator('.frame').waitFor();

    await edit({ color: 'blue', alt: 'Blue' });
    await Promise.all([page, later].map((each) => untilShown(each, 'blue')));
    expect(await overlay.count()).toBe(0);
    expect(await later.locator('vite-error-overlay').count()).toBe(0);
    expect(await text(page, '#count')).toBe('1');
    await site.workspace.write('src/App.jsx', app);
    await page.waitForSelector('#edited', { state: 'detached' });
  });

  it('closes its own overlay alone', async () => {
    const page = await visit('vanilla.html');
    const overlay = page.locator('vite-error-overlay .message-body');
    const card = site.workspace.path('src/card.image.json');
    const { hot } = site.images;
    hot().fail(hero(), { message: 'Of the hero' });
    hot().fail(card, { message: 'Of the card' });
    await overlay.filter({ hasText: 'Of the card' }).waitFor();
    hot().clear(card);
    await overlay.filter({ hasText: 'Of the hero' }).waitFor();
    hot().clear(hero());
    await overlay.waitFor({ state: 'detached' });

    hot().fail(hero(), { message: 'Ours' });
    await overlay.filter({ hasText: 'Ours' }).waitFor();
    site.server.environments.client.hot.send({ type: 'error', err: { message: 'Theirs', stack: '' } });
    await overlay.filter({ hasText: 'Theirs' }).waitFor();
    hot().clear(hero());
    // No module can be loaded again for this one, so that Vite's own update does not close the overlay.
    await site.images.push(site.workspace.path('src/solo.image.json'), { color: 'blue', alt: 'Blue' });
    await page.waitForSelector('#solo[alt="Blue"]');
    expect(await overlay.innerText()).toBe('Theirs');
  });

  it('gives server environments fresh plain data', async () => {
    const render = async () => (await site.server.ssrLoadModule('/src/ssr.js')).render();
    expect(await render()).toBe('Red true');
    await push({ color: 'blue', alt: 'Blue' });
    expect(await render()).toBe('Blue true');
    const image = { ...RED, src: '/red.svg' } as never;
    expect(site.images.hot().render('/hero.image.json', { kind: 'image', image }, 'server')).not.toContain('track');
  });
});

it.each(['vite', 'vite7'] as const)(
  'works at the root of a host with %s',
  async (vite) => {
    await using site = await serve(vite, '/');
    const visited = await open(site, '/vanilla.html');
    await untilShown(visited.page, 'red');
    await site.images.push(site.workspace.path('src/hero.image.json'), { color: 'blue', alt: 'Blue' });
    await untilShown(visited.page, 'blue');
    await expectUntouched(visited);
    await visited.page.close();
  },
  30_000,
);
