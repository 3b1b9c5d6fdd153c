import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PictureOptions } from '../../../src/html.js';
import { leaksIn } from '../../e2e/support/leaks.js';
import { launchChromium } from '../../support/chromium.js';
import { collectComplaints } from '../../support/complaints.js';
import { repositoryRoot, run } from '../../support/workspace.js';
import { type App, type Installed, install } from './apps.js';

/** What each app shows by the component, and what it gives it. */
const shown: { manifest: string; options: PictureOptions }[] = [
  { manifest: 'src/images/hero.image.json', options: { priority: true, sizes: '100vw', class: 'hero' } },
  {
    manifest: 'src/theme/bay.image.json',
    options: { alt: 'The bay, by day and by night', 'data-by': 'theme' },
  },
];

/** The pages of apps, as they are built and as they are developed. @param from the first of the ports that their servers take */
export function testApps(apps: readonly App[], from: number): void {
  /** What `picture()` gives of the same images. */
  let expected: string;
  let browser: Browser;
  beforeAll(async () => {
    // Of which nothing but the names is wanted.
    const outDir = await mkdtemp(join(tmpdir(), 'expected-'));
    const code = `
    import { createPromptImage } from 'unplugin-prompt-image';
    import { picture } from 'unplugin-prompt-image/html';
    const images = await createPromptImage({ root: 'playground' });
    const at = { outDir: ${JSON.stringify(outDir)}, publicPath: '/' };
    for (const { manifest, options } of ${JSON.stringify(shown)}) {
      console.log(picture(await images.resolve(manifest, at), { placeholder: true, ...options }));
    }
    await images.dispose();`;
    const printed = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: repositoryRoot });
    expect(printed.code, printed.output).toBe(0);
    expected = printed.stdout;
    await rm(outDir, { recursive: true });
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  let port = from;

  describe.each(apps)('$name', (app) => {
    let installed: Installed;
    beforeAll(async () => {
      installed = await install(app);
    }, 300_000);
    afterAll(() => installed?.[Symbol.asyncDispose]());

    test('builds, with its types, and publishes no prompt', { timeout: 300_000 }, async () => {
      const { code, output } = await installed.npm(...app.build);
      expect(code, output).toBe(0);
      expect(output).not.toMatch(/\b(draft|stale|[1-9]\d* bought)\b/);
      const contents: Record<string, Buffer> = {};
      for (const folder of app.output) {
        for (const entry of await readdir(installed.path(folder), { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          if (entry.isFile()) contents[path] = await readFile(path);
        }
      }
      expect(Object.keys(contents).filter((name) => /\.avif$/.test(name)).length).toBeGreaterThanOrEqual(15);
      // The ends of two prompts, the style of all, and where the manifests lie.
      const secrets = [
        'Wind-bent grass in the lower left',
        'low above misty capes',
        'playground-painter-1',
        'schema.json',
      ];
      expect(leaksIn(contents, secrets)).toEqual([]);
    });

    const { mistakes } = app;
    if (mistakes) {
      test('refuses what is no image by its types', { timeout: 120_000 }, () => refuses(installed, mistakes));
    }

    test('shows every picture, with nothing to complain about', async () => {
      await using server = await installed.serve(app.serve, ++port);
      for (const [width, colorScheme] of [
        [1200, 'light'],
        [1200, 'dark'],
        [390, 'light'],
      ] as const) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        const page = await context.newPage();
        const complaints = collectComplaints(page);
        await page.goto(server.url);
        await showsAll(page);
        expect(await attributesIn(page)).toEqual(await attributesIn(page, expected));
        expect(complaints, `${width} px, ${colorScheme}`).toEqual([]);
        await context.close();
      }
    });

    test('shows them in its dev server', { timeout: 120_000 }, async () => {
      await using server = await installed.serve(app.dev, ++port);
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      await page.goto(server.url);
      await showsAll(page);
      await page.close();
    });
  });
}

/** Scrolls to each picture and checks that it has the size that it says it has. */
async function showsAll(page: Page): Promise<void> {
  const pictures = page.locator('main img');
  await expect.poll(() => pictures.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  for (const img of await pictures.all()) {
    await img.scrollIntoViewIfNeeded();
    await expect.poll(() => img.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0)).toBe(true);
    const { natural, box, type } = await img.evaluate(async (it: HTMLImageElement) => {
      // An <img> with a srcset gives its natural size in CSS pixels, not the file's.
      const file = new Image();
      file.src = it.currentSrc;
      await file.decode();
      const response = await fetch(it.currentSrc);
      return {
        natural: file.naturalWidth / file.naturalHeight,
        box: it.clientWidth / it.clientHeight,
        type: response.headers.get('content-type'),
      };
    });
    expect(type).toMatch(/^image\/(avif|webp|jpeg)/);
    expect(natural).toBeCloseTo(box, 1);
  }
}

/** The attributes of each element of each of our `<picture>`s, in the page or in a text, with the URLs of files left out and styles as the browser reads them. */
function attributesIn(page: Page, html?: string): Promise<Record<string, string>[][]> {
  return page.evaluate((text) => {
    const template = document.createElement('template');
    template.innerHTML = text ?? '';
    const within = text === undefined ? document : template.content;
    const pictures = [...within.querySelectorAll('picture')].filter((each) => !each.querySelector('.framework'));
    return pictures.map((each) =>
      [...each.querySelectorAll('source, img')].map((element) => {
        const entries = [...element.attributes].map(({ name, value }): [string, string] => {
          if (name === 'style') return [name, (element as HTMLElement).style.background];
          return [name, value.replace(/[^ ,]+\.(avif|webp|jpg)/g, '$1')];
        });
        // Of scoped styles and of hydration.
        const own = entries.filter(([name]) => !/^data-(?!by)/.test(name));
        return Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)));
      }),
    );
  }, html);
}

/** Every line with `wrong`, and no other one, is one of the types'. */
async function refuses({ path, npm }: Installed, { file, text, check }: NonNullable<App['mistakes']>): Promise<void> {
  await writeFile(path(file), text.trimStart());
  const { output } = await npm(...check);
  await rm(path(file));
  const wrong = text
    .trimStart()
    .split('\n')
    .flatMap((line, index) => (line.includes('wrong') ? [index + 1] : []));
  // Where checkers say it: path(line,column), path:line:column, "path" line:column.
  const told = stripVTControlCharacters(output).matchAll(
    new RegExp(`${basename(file).replace('.', '\\.')}["(: ]+(\\d+)[,:]`, 'g'),
  );
  expect(
    [...new Set(Array.from(told, ([, line]) => Number(line)))].sort((a, b) => a - b),
    output,
  ).toEqual(wrong);
}
