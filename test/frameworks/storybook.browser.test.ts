import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vites } from '../e2e/support/bundlers.js';
import { startServer } from '../e2e/support/dev-server.js';
import { openPage, untilShown } from '../e2e/support/pages.js';
import { createSite, type Site, startSmallGemini } from '../e2e/support/site.js';
import { launchChromium } from '../support/chromium.js';
import { repositoryRoot, run } from '../support/workspace.js';

const STORYBOOK = { storybook: '10.6.7', '@storybook/html-vite': '10.6.0' };
const env = { STORYBOOK_DISABLE_TELEMETRY: '1', NO_COLOR: '1', CI: 'true' };
const STORY = 'iframe.html?id=hero--plain&viewMode=story';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** A project with a picture in a story, with packages from the registry. */
async function createStories(vite: (typeof vites)[number]): Promise<Site> {
  await using gemini = await startSmallGemini();
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'node_modules', vite.vite, 'package.json'), 'utf8'));
  const site = await createSite(gemini, {
    bundler: vite,
    images: { hero: { prompt: 'A harbour', alt: 'Harbour', output: { formats: ['webp', 'jpeg'], widths: [32, 64] } } },
    files: {
      'package.json': {
        name: 'stories',
        private: true,
        type: 'module',
        devDependencies: { ...STORYBOOK, vite: version },
      },
      '.storybook/main.js': `
        export default { stories: ['../src/*.stories.js'], framework: '@storybook/html-vite', core: { disableWhatsNewNotifications: true } };`,
      'src/hero.stories.js': `
        import { picture } from 'unplugin-prompt-image/html';
        import hero from './hero.image.json';
        export default { title: 'Hero', render: () => picture(hero, { id: 'hero', loading: 'eager' }) };
        export const Plain = {};`,
    },
  });
  expect((await site.command(['generate'])).code).toBe(0);
  await site.remove('node_modules');
  const { code, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: site.root,
  });
  if (code !== 0) throw new Error(output);
  await symlink(repositoryRoot, site.path('node_modules/unplugin-prompt-image'), 'junction');
  return site;
}

const currentSource = (page: Page) => page.locator('#hero').evaluate((img: HTMLImageElement) => img.currentSrc);

describe.each(vites)('Storybook 10 on $name', (vite) => {
  let site: Site;
  beforeAll(async () => {
    site = await createStories(vite);
  }, 180_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  test('builds a story with its picture, for any path', async () => {
    const built = await run(process.execPath, [site.bin('storybook'), 'build', '--output-dir', 'out/book'], {
      cwd: site.root,
      env,
    });
    expect(built.code, built.output).toBe(0);
    expect(built.output).toContain('1 image: 1 reused, 0 bought');
    await using server = await startServer(site, [
      site.bin('vite'),
      'preview',
      '--outDir',
      'out',
      '--port',
      '0',
      '--host',
      '127.0.0.1',
    ]);
    const { page } = await openPage(browser, `${server.url}book/${STORY}`);
    await untilShown(page, '#hero');
    expect(await currentSource(page)).toMatch(/\/book\/assets\/hero-(32|64)w-[\w-]+\.webp$/);
  });

  test('shows it while it is being written, and follows its manifest', async () => {
    const words = [
      site.bin('storybook'),
      'dev',
      '--ci',
      '--host',
      '127.0.0.1',
      '--exact-port',
      '--port',
      vite.vite === 'vite' ? '6106' : '6107',
    ];
    await using server = await startServer(site, words, { env });
    const { page } = await openPage(browser, new URL(STORY, server.url).href);
    await untilShown(page, '#hero');
    const before = await currentSource(page);
    expect(before).toContain('/@prompt-image/');
    await page.evaluate('window.marker = 1');
    await site.edit('hero', { prompt: 'A harbour at night', alt: 'Harbour' });
    await expect.poll(() => currentSource(page), { timeout: 15_000 }).not.toBe(before);
    expect(await page.evaluate('window.marker')).toBe(1);
  });
});
