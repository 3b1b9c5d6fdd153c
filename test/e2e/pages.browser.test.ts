import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { addFrameworks } from '../support/frameworks.js';
import { vites } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { createSite, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const page = (entry: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,"></head>
   <body><main></main><script type="module" src="/src/${entry}"></script></body></html>`;

const files = {
  'vite.config.js': `
    import react from 'react-plugin';
    import promptImage from 'unplugin-prompt-image/vite';
    import vue from 'vue-plugin';
    export default { plugins: [promptImage(), react(), vue()] };`,
  'index.html': page('vanilla.js'),
  'react.html': page('react.jsx'),
  'vue.html': page('vue.js'),
  'src/vanilla.js': `
    import hero from './hero.image.json';
    document.querySelector('main').innerHTML = \`<button id="count">0</button><img id="hero" src="\${hero.src}" alt="\${hero.alt}">\`;
    const button = document.querySelector('#count');
    button.addEventListener('click', () => { button.textContent = Number(button.textContent) + 1; });`,
  'src/App.jsx': `
    import { useState } from 'react';
    import hero from './hero.image.json';
    export function App() {
      const [count, setCount] = useState(0);
      return <><button id="count" onClick={() => setCount(count + 1)}>{count}</button><img id="hero" src={hero.src} alt={hero.alt} /></>;
    }`,
  'src/react.jsx': `
    import { createRoot } from 'react-dom/client';
    import { App } from './App.jsx';
    createRoot(document.querySelector('main')).render(<App />);`,
  'src/App.vue': `
    <script setup>
    import { ref } from 'vue';
    import hero from './hero.image.json';
    const count = ref(0);
    </script>
    <template><button id="count" @click="count++">{{ count }}</button><img id="hero" :src="hero.src" :alt="hero.alt"></template>`,
  'src/vue.js': `
    import { createApp } from 'vue';
    import App from './App.vue';
    createApp(App).mount('main');`,
};

interface Opened {
  page: Page;
  problems: string[];
}

/** Opens a page, and leaves two marks in it: one that a reload would take away, one that a new component would. */
async function open(url: string): Promise<Opened> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(url);
  await page.waitForSelector('#hero');
  await page.evaluate('window.marker = 1');
  await page.click('#count');
  return { page, problems };
}

test.concurrent.each(vites)(
  '$name: pages follow their pictures without a reload, components keep their state',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    const photo = (background: string) =>
      sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer();
    const hero = { prompt: 'A harbour', alt: 'First', references: ['./photo.png'] };
    await using site = await createSite(gemini, {
      bundler,
      images: { hero },
      files: { ...files, 'src/photo.png': await photo('#336699') },
    });
    await addFrameworks(site, bundler.vite);
    await using dev = await startDev(site, { env: { GEMINI_API_KEY: gemini.key }, terminal: true });
    const pages = await Promise.all(
      ['index.html', 'react.html', 'vue.html'].map((path) => open(new URL(path, dev.url).href)),
    );
    const source = () => pages[0]!.page.getAttribute('#hero', 'src');
    /** Every page shows another picture than this one, whole, and is still the page that it was. */
    const untilAnother = async (before: string | null, alt: string) => {
      for (const { page, problems } of pages) {
        await page.waitForFunction(
          ([src, words]) => {
            const image = document.querySelector<HTMLImageElement>('#hero');
            return image !== null && image.getAttribute('src') !== src && image.alt === words && image.naturalWidth > 0;
          },
          [before, alt],
          { timeout: 15_000 },
        );
        expect(await page.evaluate('window.marker')).toBe(1);
        expect(await page.textContent('#count')).toBe('1');
        expect(problems).toEqual([]);
      }
    };

    const buy = async () => {
      await dev.logs(/1 to buy/, () => dev.write('g\n'));
      await dev.logs(/image update/, () => dev.write('g\n'));
    };
    const draft = await source();
    await buy();
    await untilAnother(draft, 'First');
    expect(gemini.calls, 'one picture, three pages').toBe(1);

    const first = await source();
    await site.edit('hero', { ...hero, alt: 'Second' });
    for (const { page } of pages) await page.waitForSelector('#hero[alt="Second"]', { timeout: 15_000 });
    expect(await source()).toBe(first);

    await site.edit('hero', { ...hero, alt: 'Third', prompt: 'A lighthouse' });
    await untilAnother(first, 'Third');
    const stale = await source();
    expect(gemini.calls, 'the old picture, marked').toBe(1);
    await buy();
    await untilAnother(stale, 'Third');
    expect(gemini.calls).toBe(2);

    const second = await source();
    await site.write('src/photo.png', await photo('#993311'));
    await untilAnother(second, 'Third');
    expect(gemini.calls, 'a changed reference, too').toBe(2);

    await site.write('src/hero.image.json', '{\n  "prompt": "A lighthouse",\n  "aspectRato": "1:1"\n}\n');
    for (const { page } of pages) {
      const overlay = await page.waitForSelector('vite-error-overlay', { timeout: 15_000 });
      const shown = await overlay.evaluate((element) => element.shadowRoot?.textContent ?? '');
      expect(shown).toContain('[MANIFEST_INVALID] unknown field "aspectRato"');
      expect(shown).toContain('hero.image.json:3:3');
      expect(shown).toMatch(/> 3 \|\s+"aspectRato": "1:1"/);
    }
    await site.write('brand.image-preset.json', '{\n  "stile": "flat"\n}\n');
    await site.edit('hero', { ...hero, extends: '../brand.image-preset.json' });
    const overlay = () => document.querySelector('vite-error-overlay')?.shadowRoot?.textContent;
    for (const { page } of pages) {
      await vi.waitFor(async () => expect(await page.evaluate(overlay)).toContain('/brand.image-preset.json:2:3'), {
        timeout: 15_000,
      });
    }
    await site.edit('hero', { ...hero, alt: 'Fourth', prompt: 'A lighthouse' });
    for (const { page, problems } of pages) {
      await page.waitForSelector('#hero[alt="Fourth"]', { timeout: 15_000 });
      expect(await page.$('vite-error-overlay')).toBeNull();
      expect(await page.evaluate('window.marker')).toBe(1);
      expect(await page.textContent('#count')).toBe('1');
      expect(problems).toEqual([]);
    }
  },
);
