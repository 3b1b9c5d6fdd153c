import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Bundler, configured, vites } from './support/bundlers.js';
import { createSite, loadImages, type SiteOptions, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal' };
const exporting =
  "export { default as barn } from './barn.image.json'; export { default as canal } from './canal.image.json';";

/** Builds a library in every format. */
async function build(vite: Bundler, options: string, files: SiteOptions['files'] = {}) {
  const gemini = await startSmallGemini();
  const lib = "lib: { entry: 'src/main.js', name: 'ui', fileName: 'ui', formats: ['es', 'cjs', 'umd', 'iife'] }";
  const site = await createSite(gemini, {
    bundler: configured(vite, options),
    images,
    consent: true,
    files: {
      'vite.config.js': `
        import promptImage from 'unplugin-prompt-image/vite';
        export default { plugins: [promptImage()], build: { ${lib} }, ${options} };`,
      'src/main.js': exporting,
      ...files,
    },
  });
  const { code, output } = await site.build();
  return {
    ...site,
    code,
    output,
    calls: () => gemini.calls,
    [Symbol.asyncDispose]: async () => {
      await site[Symbol.asyncDispose]();
      await gemini.close();
    },
  };
}

describe.concurrent.each(vites)('$name: a library', (vite) => {
  test.each(["base: '/'", "base: '/assets/'", ''])('is refused before it buys anything: %s', async (base) => {
    await using library = await build(vite, base);
    expect(library.code, library.output).toBe(1);
    expect(library.output.match(/\[LIBRARY_BASE\]/g), 'said once').toHaveLength(1);
    expect(library.output).toMatch(
      /would not find it[\s\S]*src\/barn\.image\.json[\s\S]*src\/canal\.image\.json[\s\S]*Set base: '.\/'/,
    );
    expect(library.output).not.toMatch(STACK);
    expect(library.calls()).toBe(0);
    expect(await library.list('dist')).toEqual([]);
  });

  test.each([
    ["base: 'https://cdn.example/ui/'", 'https://cdn.example/ui/'],
    ["base: '//cdn.example/ui/'", '//cdn.example/ui/'],
    ["experimental: { renderBuiltUrl: (file) => 'https://cdn.example/' + file }", 'https://cdn.example/'],
  ])('may be at an address of its own: %s', async (options, address) => {
    await using library = await build(vite, options);
    expect(library.code, library.output).toBe(0);
    expect(await library.read('dist/ui.js')).toContain(`"${address}barn-64w.webp"`);
  });

  test('without pictures is none of our business', async () => {
    await using library = await build(vite, '', { 'src/main.js': 'export const ui = 1;' });
    expect(library.code, library.output).toBe(0);
  });

  test("with base: './' finds its pictures from where its code is, in one purchase", async () => {
    await using library = await build(vite, "base: './'");
    expect(library.code, library.output).toBe(0);
    expect(library.output.match(/\d images?: .*/g)).toEqual([
      '2 images: 0 reused, 2 bought (2 new originals to commit)',
    ]);
    expect(library.calls()).toBe(2);
    const pictures = (await library.list('dist')).filter((file) => file.endsWith('.webp'));
    expect(pictures).toEqual(['barn-64w.webp', 'canal-64w.webp']);
    for (const file of ['ui.js', 'ui.cjs', 'ui.umd.cjs']) {
      await library.write('dist/use.mjs', `import * as ui from './${file}'; globalThis.images = ui.default ?? ui;`);
      const { barn, canal } = await loadImages(library.path('dist/use.mjs'));
      expect([barn?.src, canal?.src], file).toEqual(
        pictures.map((picture) => pathToFileURL(library.path('dist', picture)).href),
      );
    }
  });
});
