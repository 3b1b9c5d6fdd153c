import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rspack, webpack } from '../e2e/support/bundlers.js';
import { createSite, STACK, startSmallGemini } from '../e2e/support/site.js';
import { launchChromium } from '../support/chromium.js';
import { start } from '../support/workspace.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const page = (entry: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,"></head>
   <body><main></main><script src="/${entry}.js"></script></body></html>`;

/** Shows a picture, and items as a list. */
const show = `
  import hero from './hero.image.json';
  import { list } from './set.images.json';
  const show = () => {
    const state = hero.draft ? 'draft' : hero.stale ? 'stale' : 'bought';
    document.querySelector('main').innerHTML =
      \`<img id="hero" src="\${hero.src}" alt="\${hero.alt}" class="\${state}"><p>\${list.map(({ alt }) => alt).join()}</p>\`;
  };
  show();`;
const files = {
  'public/hot.html': page('hot'),
  'public/plain.html': page('plain'),
  'src/plain.js': show,
  'src/hot.js': `${show}
  import.meta.webpackHot.accept(['./hero.image.json', './set.images.json'], show);`,
  'brand.image-preset.json': { output: { widths: [64] } },
  'src/set.images.json': { prompt: 'A {{fruit}}', alt: '{{fruit}}', items: './fruits.json' },
  'src/fruits.json': { fig: { fruit: 'fig' } },
};

/** @param server what runs the compiler, as an import */
function serving(plugin: 'webpack' | 'rspack', core: string, server: string): string {
  return `
    import compile from '${core}';
    import ${server};
    import promptImage from 'unplugin-prompt-image/${plugin}';
    const compiler = compile({
      context: import.meta.dirname,
      mode: 'development',
      entry: { hot: './src/hot.js', plain: './src/plain.js' },
      output: { assetModuleFilename: '[name]-[contenthash][ext]' },
      plugins: [promptImage()],
    });
    const options = { host: '127.0.0.1', port: 'auto', static: 'public' };
    const server = new DevServer(options, compiler);
    await server.start();
    console.log('serves http://127.0.0.1:' + server.server.address().port + '/');`;
}

const servers = [
  { ...webpack, files: { 'serve.js': serving('webpack', 'webpack', "DevServer from 'webpack-dev-server'") } },
  {
    ...rspack,
    files: {
      'serve.js': serving('rspack', '@rspack/core', "{ RspackDevServer as DevServer } from '@rspack/dev-server'"),
    },
  },
];

const photo = (background: string) =>
  sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();

/** What the dev server's client says over the page. */
const overlayOf = (page: Page) => page.frames().find((frame) => frame !== page.mainFrame());

test.concurrent.each(servers)(
  '$name: pages of its dev server follow their pictures, which the command alone buys',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    const hero = {
      prompt: 'A harbour',
      alt: 'First',
      extends: '../brand.image-preset.json',
      references: ['./photo.png'],
    };
    await using site = await createSite(gemini, {
      bundler,
      images: { hero },
      consent: true,
      files: { ...files, 'src/photo.png': await photo('#336699') },
    });
    const env = { PROMPT_IMAGE_BUY: '1', NO_COLOR: '1' };
    await using server = await start(process.execPath, ['serve.js'], { cwd: site.root, env });
    const [, url = ''] = await server.waitFor(/serves (\S+)/);
    await server.waitFor(/2 images: 0 reused, 0 bought, 2 drafts/);

    const [hot, plain] = await Promise.all(
      ['hot.html', 'plain.html'].map(async (path) => {
        const opened = await browser.newPage();
        await opened.goto(url + path);
        return opened;
      }),
    );
    if (!hot || !plain) throw new Error('Two pages are opened');
    const pages = [hot, plain];
    /** Both pages show the picture, loaded, without anything over it. */
    const untilShown = async (selector: string, text = 'fig') => {
      for (const each of pages) {
        await each.waitForSelector(selector, { timeout: 15_000 });
        await each.waitForFunction(
          (words) =>
            document.querySelector<HTMLImageElement>('#hero')?.naturalWidth &&
            document.querySelector('p')?.innerText === words,
          text,
          { timeout: 15_000 },
        );
        await vi.waitFor(() => expect(overlayOf(each)).toBeUndefined(), { timeout: 5000 });
      }
    };
    await untilShown('#hero.draft[alt="First"]');
    await hot.evaluate('window.marker = 1');
    await plain.evaluate('window.marker = 1');

    expect((await site.command(['generate'])).code).toBe(0);
    await untilShown('#hero.bought[alt="First"][src*="hero-64w"]');
    await site.edit('hero', { ...hero, alt: 'Second' });
    await untilShown('#hero.bought[alt="Second"]');
    await site.write('brand.image-preset.json', { output: { widths: [48] } });
    await untilShown('#hero[src*="hero-48w"]');
    await site.write('src/fruits.json', { fig: { fruit: 'fig' }, plum: { fruit: 'plum' } });
    await untilShown('#hero', 'fig,plum');
    await site.write('src/photo.png', await photo('#993311'));
    await untilShown('#hero.stale', 'fig,plum');

    const before = server.output().length;
    await site.write('src/hero.image.json', '{\n  "prompt": "A harbour",\n  "aspectRato": "1:1"\n}\n');
    for (const each of pages) {
      const said = await vi.waitFor(
        async () => {
          const text = await overlayOf(each)?.locator('body').innerText();
          expect(text).toContain('[MANIFEST_INVALID] src/hero.image.json:3:3: unknown field "aspectRato"');
          return text;
        },
        { timeout: 15_000 },
      );
      expect(said?.match(/MANIFEST_INVALID/g)).toHaveLength(1);
      expect(said).not.toMatch(STACK);
    }
    await setTimeout(1500);
    expect(
      server
        .output()
        .slice(before)
        .match(/MANIFEST_INVALID/g),
    ).toHaveLength(1);

    await site.edit('hero', { ...hero, alt: 'Third' });
    await untilShown('#hero.stale[alt="Third"]', 'fig,plum');
    expect(await hot.evaluate('window.marker')).toBe(1);
    expect(await plain.evaluate('window.marker')).toBeUndefined();

    // No round follows from another one's files.
    await setTimeout(1500);
    const still = server.output();
    await setTimeout(1500);
    expect(server.output()).toBe(still);
    expect(still).not.toMatch(STACK);
    expect(gemini.calls, 'only the command buys').toBe(2);
  },
);
