import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { type Bundler, configured, vites } from './support/bundlers.js';
import { type Server, startDev, startPreview } from './support/dev-server.js';
import { html, openPage, untilShown } from './support/pages.js';
import { createSite, type Site, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** Ways to start a worker. */
const named = "new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })";
const imported = "new (await import('./worker.js?worker')).default()";
const inlined = "new (await import('./inlined.js?worker&inline')).default()";

const files = (workers: readonly string[]) => ({
  'index.html': html('<script type="module" src="/src/main.js"></script>'),
  // Heard at once: what a worker says before is lost.
  'src/main.js': `
    const hear = (worker) => {
      worker.onmessage = ({ data }) => Object.assign(document.body.appendChild(new Image()), data);
    };
    ${workers.map((worker) => `hear(${worker});`).join('\n')}`,
  // What a page gets for a picture, a worker gets, too.
  'src/worker.js': `
    import { barn } from './pictures.js';
    fetch(barn.src).then(({ ok }) => ok && postMessage({ src: barn.src, srcset: barn.srcset }));`,
  'src/inlined.js': "import { barn } from './pictures.js'; postMessage({ src: barn.src });",
  'src/pictures.js': "export { default as barn } from './barn.image.json';",
});

const boughtSite = async (bundler: Bundler, workers: readonly string[]): Promise<Site> => {
  await using gemini = await startSmallGemini();
  const site = await createSite(gemini, { bundler, images: { barn: 'A barn' }, files: files(workers) });
  expect((await site.command(['generate'])).code).toBe(0);
  return site;
};

async function expectShown(server: Server, pictures: number): Promise<void> {
  const { page, complaints } = await openPage(browser, server.url);
  await untilShown(page, `img:nth-of-type(${pictures})`);
  await untilShown(page, 'img');
  expect(complaints).toEqual([]);
}

describe.concurrent.each(vites)('$name: workers import pictures', (vite) => {
  test.each([
    ["base: '/'", [named, imported, inlined]],
    ["base: '/app/', worker: { format: 'es' }", [named, imported, inlined]],
    // What is inlined has no place from which a relative URL leads anywhere.
    ["base: './'", [named, imported]],
    ["base: './', worker: { format: 'es' }", [named, imported]],
  ])('in a build: %s', async (options, workers) => {
    await using site = await boughtSite(configured(vite, options), workers);
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    expect(output).toMatch(/^1 image: 1 reused, 0 bought/m);
    await using server = await startPreview(site);
    await expectShown(server, workers.length);
  });

  test.each(['/', '/app/'])('in a dev server at %s', async (base) => {
    await using site = await boughtSite(configured(vite, `base: '${base}'`), [named, imported, inlined]);
    await using dev = await startDev(site);
    await expectShown(dev, 3);
  });
});
