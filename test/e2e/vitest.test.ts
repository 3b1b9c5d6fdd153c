import { expect, test } from 'vitest';
import { run } from '../support/workspace.js';
import { vites } from './support/bundlers.js';
import { createSite, startSmallGemini } from './support/site.js';

/** Of a page, and of its server. */
const environments = ['jsdom', 'node'];

/** Renders an image in that environment. */
const renderers: Record<string, string> = {
  node: `
    import { renderToStaticMarkup } from 'react-dom/server';
    const render = (element) => renderToStaticMarkup(element);`,
  jsdom: `
    import { flushSync } from 'react-dom';
    import { createRoot } from 'react-dom/client';
    const render = (element) => {
      const place = document.createElement('div');
      flushSync(() => createRoot(place).render(element));
      return place.innerHTML;
    };`,
};

const check = (environment: string) => `
  // @vitest-environment ${environment}
  import { writeFileSync } from 'node:fs';
  import { createElement } from 'react';
  import { expect, test } from 'vitest';
  import { Picture } from 'unplugin-prompt-image/react';
  import barn from './barn.image';
  import url from './barn.image.json?url';
  import canal from './canal.image.json';
  import fruits, { apple, list } from './fruits.images.json';
  ${renderers[environment]}
  test('images', () => {
    expect(barn.draft).toBeUndefined();
    expect(url).toBe(barn.src);
    expect(canal).toMatchObject({ draft: true, alt: 'A canal', width: 64 });
    expect(Object.keys(fruits)).toEqual(['apple', 'red-pear']);
    expect(apple).toBe(fruits.apple);
    expect(list).toEqual([fruits.apple, fruits['red-pear']]);
    const markup = render(createElement(Picture, { src: barn }));
    expect(markup).toMatch(/^<picture><source type="image.avif" .*<img .*alt="A red barn"/);
    writeFileSync('dist/${environment}.json', JSON.stringify({ barn }));
  });`;

test.concurrent.each(vites)(
  '$name: under Vitest an import is what a build gives, else a draft, in Node and in jsdom; nothing is bought',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    const output = { formats: ['avif', 'webp'], widths: [64, 'original'], placeholder: 'blur' };
    const items = { apple: { fruit: 'apple' }, 'red-pear': { fruit: 'pear' } };
    await using site = await createSite(gemini, {
      bundler,
      images: { barn: { prompt: 'A barn', alt: 'A red barn', output }, canal: { prompt: 'A canal', alt: 'A canal' } },
      consent: true,
      files: {
        'dist/.keep': '',
        'src/main.js': "import barn from './barn.image.json';\nglobalThis.images = { barn };\n",
        'src/fruits.images.json': { prompt: 'A {{fruit}}', alt: '{{fruit}}', items },
        ...Object.fromEntries(environments.map((name) => [`src/${name}.test.js`, check(name)])),
      },
    });
    expect((await site.command(['generate', 'src/barn.image.json'])).code).toBe(0);
    await site.commit();
    const tested = await run(process.execPath, [site.bin('vitest'), 'run'], {
      env: { NO_COLOR: '1', PROMPT_IMAGE_BUY: '1', GEMINI_API_KEY: gemini.key, CI: 'false' },
      cwd: site.root,
      timeout: 60_000,
    });
    expect(tested.code, tested.output).toBe(0);
    expect(tested.output).toMatch(/Tests\s+2 passed/);
    expect(gemini.calls, 'it buys nothing, although this checkout consents').toBe(1);
    expect(await site.git('status', '--porcelain')).toBe('');

    const seen = await Promise.all(environments.map((name) => site.read(`dist/${name}.json`)));
    expect((await site.build()).code).toBe(0);
    const nameless = (text: string) => JSON.parse(text.replace(/"[^"]*\/[^"]*-\d+w[^"]*"/g, '"…"'));
    const built = JSON.stringify(await site.images());
    expect(seen.map(nameless)).toEqual([nameless(built), nameless(built)]);
    expect(nameless(built).barn).toMatchObject({ src: '…', sources: { avif: '…', webp: '…' } });
  },
);
