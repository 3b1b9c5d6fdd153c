import { describe, expect, test } from 'vitest';
import { bundlers, rollup } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const nobody = { url: 'http://127.0.0.1:9', key: 'none' };
const elm = { prompt: 'An elm', alt: '' };

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test('mistakes in manifests are told together, each with its place', async () => {
    const images = {
      barn: { prompt: 'A barn', alt: '', aspectRato: '16:9' },
      canal: { prompt: ' ', alt: '' },
      dune: { prompt: 'A dune', alt: '', references: ['./nowhere.jpg'] },
      elm,
    };
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images, consent: true });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toContain('[MANIFEST_INVALID] src/barn.image.json:4:3: unknown field "aspectRato"');
    expect(output).toContain('Did you mean "aspectRatio"?');
    expect(output).toContain('[MANIFEST_INVALID] src/canal.image.json:2:13: "prompt" must say what the picture shows');
    expect(output).toContain('[REFERENCE_NOT_FOUND] src/dune.image.json:5:5:');
    expect(output).not.toMatch(STACK);
    expect(await site.list('dist')).toEqual([]);
    expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['An elm']);
  });

  test('a mistake in the config', async () => {
    await using site = await createSite(nobody, { bundler, images: { elm }, config: { orignalsDir: 'pictures' } });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toContain('[CONFIG_INVALID] prompt-image.config.js: unknown option "orignalsDir"');
    expect(output).toContain('Did you mean "originalsDir"?');
    expect(output).not.toMatch(STACK);
    expect(await site.list('dist')).toEqual([]);
  });
});

test.concurrent.each([
  ['an option of later versions', 'export default { gallery: false }', '[NOT_BUILT_YET]'],
  ['a config that throws', 'throw new Error("broken")', 'cannot be loaded: broken'],
  ['a config without content', 'export const config = {}', 'has no default export'],
])('%s', async (_, config, words) => {
  const files = { 'prompt-image.config.js': config };
  await using site = await createSite(nobody, { bundler: rollup, images: { elm }, files });
  const { code, output } = await site.build();
  expect(code).toBe(1);
  expect(output).toContain('prompt-image.config.js');
  expect(output).toContain(words);
  expect(output).not.toMatch(STACK);
});

test.concurrent.each(bundlers)('$name: what decides on what is bought cannot stand inline', async (bundler) => {
  const files = Object.fromEntries(
    Object.entries(bundler.files).map(([file, text]) => [
      file,
      String(text).replace('promptImage()', "promptImage({ originalsDir: 'x' })"),
    ]),
  );
  await using site = await createSite(nobody, { bundler, images: { elm }, files });
  const { code, output } = await site.build();
  expect(code).toBe(1);
  expect(output).toContain('[CONFIG_INVALID] originalsDir decides on what is bought, so it cannot stand inline');
  expect(output).toContain('export default defineConfig({');
  expect(output).not.toMatch(STACK);
});
