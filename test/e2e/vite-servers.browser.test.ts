import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { configured, vites } from './support/bundlers.js';
import { startDev, startPreview, startServer } from './support/dev-server.js';
import { html, openPage, untilShown } from './support/pages.js';
import { createSite, type Site, type SiteOptions, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const files = {
  'index.html': html('<script type="module" src="/src/main.js"></script>'),
  'src/main.js': `
    import barn from './barn.image.json';
    Object.assign(document.body.appendChild(new Image()), { id: 'barn', src: barn.src, srcset: barn.srcset });`,
};

/** A site whose picture is bought. */
async function boughtSite(options: Omit<SiteOptions, 'images'>): Promise<Site> {
  await using gemini = await startSmallGemini();
  const site = await createSite(gemini, {
    images: { barn: 'A barn' },
    ...options,
    files: { ...files, ...options.files },
  });
  const { code, output } = await site.command(['generate']);
  expect(code, output).toBe(0);
  return site;
}

/** The picture of a page is exchanged when its prompt changes, and the page is not loaded again. */
async function expectExchange(page: Page, site: Site): Promise<void> {
  await page.evaluate('window.marker = 1');
  const before = await page.getAttribute('#barn', 'src');
  await site.edit('barn', 'A red barn');
  await page.waitForFunction((src) => document.querySelector('#barn')?.getAttribute('src') !== src, before);
  await untilShown(page, '#barn');
  expect(await page.evaluate('window.marker')).toBe(1);
}

/** A server of one page, on a port of its own. */
async function serveBackend(body: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html(body)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.concurrent.each(vites)('$name', (bundler) => {
  test.each(['/', '/app/'])('a backend has the pages, and the dev server an origin of its own, at %s', async (base) => {
    // A port that nobody has at the moment.
    const { url: free, ...unused } = await serveBackend('');
    await unused[Symbol.asyncDispose]();
    const { port, origin } = new URL(free);
    await using site = await boughtSite({
      bundler: configured(bundler, `server: { origin: '${origin}' }, base: '${base}'`),
    });
    const words = [site.bin('vite'), 'dev', '--host', '127.0.0.1', '--strictPort', '--port', port];
    await using dev = await startServer(site, words);
    await using backend = await serveBackend(
      ['@vite/client', 'src/main.js'].map((path) => `<script type="module" src="${dev.url}${path}"></script>`).join(''),
    );
    const { page, complaints } = await openPage(browser, backend.url);
    await untilShown(page, '#barn');
    expect(await page.getAttribute('#barn', 'src')).toMatch(new RegExp(`^${dev.url}@prompt-image/`));
    await expectExchange(page, site);
    expect(complaints).toEqual([]);
  });

  test.each(['/', '/app/'])('a server has Vite for its middleware at %s', async (base) => {
    await using site = await boughtSite({
      bundler,
      files: {
        'server.js': `
          import { createServer } from 'node:http';
          import { createServer as createVite } from 'vite';
          const http = createServer((request, response) =>
            vite.middlewares(request, response, async () => {
              const { render } = await vite.ssrLoadModule('/src/server.js');
              const template = await vite.transformIndexHtml(request.url, ${JSON.stringify(files['index.html'])});
              response.setHeader('Content-Type', 'text/html');
              response.end(template.replace('<body>', '<body>' + render()));
            }));
          const vite = await createVite({
            base: '${base}',
            appType: 'custom',
            server: { middlewareMode: true, hmr: { server: http } },
          });
          http.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + http.address().port + '${base}'));`,
        'src/server.js': `
          import barn from './barn.image.json';
          export const render = () => '<img id="rendered" src="' + barn.src + '">';`,
      },
    });
    await using server = await startServer(site, ['server.js']);
    const { page, complaints } = await openPage(browser, server.url);
    await untilShown(page, 'img');
    const sources = () => page.locator('img').evaluateAll((found) => found.map((img) => img.getAttribute('src')));
    const [rendered, shown] = await sources();
    expect(rendered).toMatch(new RegExp(`^${base}@prompt-image/barn-64w`));
    expect(shown).toBe(rendered);
    await expectExchange(page, site);
    const [exchanged, ...others] = new Set(await sources());
    expect(others).toEqual([]);
    await page.reload();
    await untilShown(page, '#barn');
    expect(new Set(await sources()), 'also what the server renders next').toEqual(new Set([exchanged]));
    expect(complaints).toEqual([]);
  });

  test("the path of a base with a host is the dev server's", async () => {
    await using site = await boughtSite({ bundler: configured(bundler, "base: 'https://cdn.example/app/'") });
    await using dev = await startDev(site);
    const { page, complaints } = await openPage(browser, dev.url);
    await untilShown(page, '#barn');
    expect(await page.getAttribute('#barn', 'src')).toMatch(/^\/app\/@prompt-image\//);
    expect(complaints).toEqual([]);
  });

  test.each(['/', '/app/', './'])('a preview of what was built for %s', async (base) => {
    await using site = await boughtSite({ bundler: configured(bundler, `base: '${base}'`) });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    await using server = await startPreview(site);
    const { page, complaints } = await openPage(browser, server.url);
    await untilShown(page, '#barn');
    expect(complaints).toEqual([]);
  });
});
