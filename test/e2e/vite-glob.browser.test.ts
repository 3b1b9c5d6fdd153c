import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { vites } from './support/bundlers.js';
import { startDev, startPreview } from './support/dev-server.js';
import { html, openPage, untilShown } from './support/pages.js';
import { createSite, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** Shows each picture four times: found at once and later, as an object and as a URL. */
const main = `
  const found = {
    eager: import.meta.glob('./*.image.json', { eager: true, import: 'default' }),
    lazy: import.meta.glob('./*.image.json', { import: 'default' }),
    urls: import.meta.glob('./*.image.json', { eager: true, import: 'default', query: '?url' }),
    lazyUrls: import.meta.glob('./*.image.json', { import: 'default', query: '?url' }),
  };
  for (const [way, images] of Object.entries(found)) {
    for (const [path, image] of Object.entries(images)) {
      const shown = typeof image === 'function' ? await image() : image;
      const img = document.body.appendChild(new Image());
      img.src = shown.src ?? shown;
      img.className = /\\w+/.exec(path)[0] + ' ' + way;
    }
  }
  document.body.dataset.ready = 'yes';`;

const images = { barn: 'A barn', canal: 'A canal' };
const files = {
  'index.html': html('<script type="module" src="/src/main.js"></script>'),
  'src/main.js': main,
};

/** Every URL under which pictures of a class are shown, each once. */
async function sourcesOf(page: Page, name: string): Promise<string[]> {
  const sources = await page
    .locator(`.${name}`)
    .evaluateAll((found) => found.map((img) => img.getAttribute('src') ?? ''));
  expect(sources).toHaveLength(4);
  return [...new Set(sources)];
}

describe.concurrent.each(vites)('$name: pictures that a glob finds', (bundler) => {
  test('are shown in a build', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images, consent: true, files });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    await using server = await startPreview(site);
    const { page, complaints } = await openPage(browser, server.url);
    await page.waitForSelector('[data-ready]');
    await untilShown(page, 'img');
    expect(await sourcesOf(page, 'barn')).toEqual([expect.stringMatching(/^\/assets\/barn-64w-/)]);
    expect(await sourcesOf(page, 'canal')).toEqual([expect.stringMatching(/^\/assets\/canal-64w-/)]);
    expect(complaints).toEqual([]);
  });

  test('are shown and exchanged by a dev server, which finds new ones', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images, files });
    expect((await site.command(['generate'])).code).toBe(0);
    await using dev = await startDev(site);
    const { page, complaints } = await openPage(browser, dev.url);
    await page.waitForSelector('[data-ready]');
    await untilShown(page, 'img');
    await page.evaluate('window.marker = 1');
    const [barn, ...others] = await sourcesOf(page, 'barn');
    const canal = await sourcesOf(page, 'canal');
    expect(others).toEqual([]);

    await site.edit('barn', 'A red barn');
    await page.waitForFunction(
      (before) => [...document.querySelectorAll('.barn')].every((img) => img.getAttribute('src') !== before),
      barn,
    );
    expect(await sourcesOf(page, 'barn')).toHaveLength(1);
    expect(await sourcesOf(page, 'canal')).toEqual(canal);
    expect(await page.evaluate('window.marker')).toBe(1);

    await site.edit('dune', 'A dune');
    await page.waitForSelector('.dune.lazyUrls');
    await untilShown(page, 'img');
    expect(await sourcesOf(page, 'dune')).toHaveLength(1);
    expect(complaints).toEqual([]);
  });
});
