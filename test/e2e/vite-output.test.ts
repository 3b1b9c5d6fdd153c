import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { type Bundler, changed, vites } from './support/bundlers.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, startSmallGemini } from './support/site.js';

const prompt = 'A harbour that nobody shall read of';

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** Builds a site with further options in its `build`. */
async function build(vite: Bundler, options: string) {
  const site = await createSite(gemini, {
    bundler: changed(vite, 'build: {', `build: { ${options},`),
    images: { hero: { prompt, alt: 'Harbour' } },
    consent: true,
  });
  const { code, output } = await site.build();
  expect(code, output).toBe(0);
  return { ...site, output };
}

describe.concurrent.each(vites)('$name', (vite) => {
  test('build.manifest names the pictures of an entry, for backends that preload them', async () => {
    await using site = await build(vite, 'manifest: true, assetsInlineLimit: () => true');
    const text = await site.read('dist/.vite/manifest.json');
    const manifest = JSON.parse(text) as Record<string, { assets?: string[] }>;
    const { hero } = await site.images();
    expect(manifest['index.html']?.assets).toEqual(site.filesOf(hero!));
    expect(leaksIn({ text }, [prompt])).toEqual([]);
  });

  test('build.ssrManifest names the pictures of each module', async () => {
    await using site = await build(vite, 'ssrManifest: true');
    const text = await site.read('dist/.vite/ssr-manifest.json');
    const manifest = JSON.parse(text) as Record<string, string[]>;
    const { hero } = await site.images();
    for (const module of ['src/main.js', 'src/hero.image.json']) expect(manifest[module]).toContain(hero?.src);
  });

  test.each(['true', "'inline'", "'hidden'"])('build.sourcemap: %s shows the code, and no prompt', async (kind) => {
    await using site = await build(vite, `sourcemap: ${kind}`);
    const contents = await contentsOf(site, 'dist');
    expect(leaksIn(contents, ['globalThis.images = { hero };'])).not.toEqual([]);
    expect(leaksIn(contents, [prompt])).toEqual([]);
    expect(site.output).not.toMatch(/source ?map/i);
  });
});
