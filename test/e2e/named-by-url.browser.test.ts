import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { collectComplaints } from '../support/complaints.js';
import { vites } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { createSite, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const head = '<!doctype html><title>Page</title><link rel="icon" href="data:,">';
const hero = { prompt: 'A harbour', alt: '', variants: { night: { prompt: 'By night' } } };
const files = {
  'index.html': `${head}<main>Main</main><script type="module" src="/src/main.js"></script>`,
  'page.html': `${head}<style>main { background: url(src/hero.image) }</style><main>Page</main>
    <img src="src/hero.image.json?variant=night" alt="">`,
  'src/main.js': "import './main.css';",
  'src/main.css': 'main { background: url(./hero.image.json) }',
};

const backgroundOf = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.querySelector('main') as HTMLElement).backgroundImage);
const sourceOf = (page: Page) => page.getAttribute('img', 'src');

test.concurrent.each(vites)('$name: stylesheets and pages follow the pictures that they name', async (bundler) => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { bundler, images: { hero }, files });
  await using dev = await startDev(site);
  const [styled, whole] = await Promise.all(
    ['', 'page.html'].map(async (path) => {
      const page = await browser.newPage();
      const complaints = collectComplaints(page);
      await page.goto(new URL(path, dev.url).href);
      await page.evaluate('window.marker = 1');
      return { page, complaints };
    }),
  );
  if (!styled || !whole) throw new Error('Two pages were opened');
  const look = async () => ({
    background: await backgroundOf(styled.page),
    page: await backgroundOf(whole.page),
    img: await sourceOf(whole.page),
  });
  /** Waits until none of it is what it was. @returns what it is */
  const untilAnother = async (before: Awaited<ReturnType<typeof look>>) => {
    let now = before;
    const named = Object.keys(before) as (keyof typeof before)[];
    const same = async () => {
      now = await look();
      return named.filter((name) => now[name] === before[name] || !/hero/.test(now[name] ?? ''));
    };
    await vi.waitFor(async () => expect(await same()).toEqual([]), { timeout: 15_000 });
    return now;
  };

  const drafts = await look();
  expect(drafts.background).toContain('hero-64w');
  expect(drafts.img).toContain('hero-night-64w');
  expect((await site.command(['generate'])).code).toBe(0);
  const pictures = await untilAnother(drafts);
  expect(await styled.page.evaluate('window.marker'), 'a stylesheet is loaded without its page').toBe(1);

  await site.edit('hero', { ...hero, prompt: 'A lighthouse', variants: { night: { prompt: 'At the break of day' } } });
  await untilAnother(pictures);
  expect(styled.complaints).toEqual([]);
  // Two reloads may come close together.
  expect(whole.complaints.filter((complaint) => !complaint.includes('ERR_ABORTED'))).toEqual([]);

  // A mistake is shown, and goes with what it was made in.
  const overlay = () => document.querySelector('vite-error-overlay')?.shadowRoot?.textContent ?? '';
  await site.replace('src/main.css', 'main { background: url(./hero.image.json?variant=nigth) }');
  await vi.waitFor(async () => expect(await styled.page.evaluate(overlay)).toContain('Did you mean "night"?'), {
    timeout: 15_000,
  });
  expect(await styled.page.evaluate(overlay)).toContain('src/main.css:1:26');
  await site.replace('src/main.css', 'main { background: url(./hero.image.json?variant=night) }');
  await vi.waitFor(async () => expect(await backgroundOf(styled.page)).toContain('hero-night-64w'), {
    timeout: 15_000,
  });
  expect(await styled.page.evaluate(overlay)).toBe('');
  expect(dev.output().match(/IMAGE_UNKNOWN/g)).toHaveLength(1);
});
