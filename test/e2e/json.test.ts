import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PromptImage } from '../../src/index.js';
import type { Gemini } from '../loopback/gemini.js';
import { type Bundler, changed, esbuilds, rollups, vites, webpacks } from './support/bundlers.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, startSmallGemini } from './support/site.js';

const hero = { prompt: 'A harbour at the break of day', alt: 'Harbour' };
const data = { colours: ['red', 'blue'] };
const files = {
  'src/data.json': data,
  'src/main.js': `
    import data from './data.json';
    import hero from './hero.image.json';
    import short from './hero.image';
    import url from './hero.image.json?url';
    globalThis.images = { data, hero, short, url };`,
  // As loaders for webpack are written: with the whole module in their hands.
  'loader.cjs': "module.exports = (text) => 'export default ' + JSON.stringify(JSON.parse(text));",
};

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

interface Images {
  data: unknown;
  hero: PromptImage;
  short: PromptImage;
  url: string;
}

/** What a user's own handling of JSON is called, how it is asked for, and what it makes of `data.json`. */
type Handling = [name: string, before: string, after: string, data: unknown];

const plugin = "(await import('@rollup/plugin-json')).default()";
const rule = (words: string): [string, string] => [
  'plugins: [',
  `module: { rules: [{ test: /\\.json$/, ${words} }] }, plugins: [`,
];
const loader = (name: string): [string, string] => ['bundle: true', `loader: { '.json': '${name}' }, bundle: true`];
const text = `${JSON.stringify(data, null, 2)}\n`;

const handled: [readonly Bundler[], Handling[]][] = [
  [
    vites,
    [
      ['its own, as a string', 'plugins: [', 'json: { stringify: true }, plugins: [', data],
      ['its own, without names', 'plugins: [', 'json: { namedExports: false }, plugins: [', data],
    ],
  ],
  // Rolldown takes JSON by itself, and what a plugin makes of it no longer.
  [
    rollups.filter(({ name }) => name === 'rollup'),
    [
      ['a plugin before ours', 'promptImage()', `${plugin}, promptImage()`, data],
      ['a plugin after ours', 'promptImage()', `promptImage(), ${plugin}`, data],
    ],
  ],
  [
    rollups.filter(({ name }) => name === 'rolldown'),
    [
      ['its own', '', '', data],
      ['text', 'plugins: [', "moduleTypes: { '.json': 'text' }, plugins: [", text],
    ],
  ],
  [
    webpacks,
    [
      ['its own', ...rule("type: 'json'"), data],
      ['a loader', ...rule("type: 'javascript/auto', use: './loader.cjs'"), data],
      ['a loader that comes first', ...rule("type: 'javascript/auto', use: './loader.cjs', enforce: 'pre'"), data],
      ['text', ...rule("type: 'asset/source'"), text],
      ['a file', ...rule("type: 'asset/resource'"), expect.stringMatching(/^\/assets\/data-\w+\.json$/)],
    ],
  ],
  [
    esbuilds,
    [
      ['its own', ...loader('json'), data],
      ['text', ...loader('text'), text],
      ['a file', ...loader('file'), expect.stringMatching(/^\/data-\w+\.json$/)],
      ['inlined', ...loader('dataurl'), expect.stringMatching(/^data:application\/json/)],
    ],
  ],
];
const cases = handled.flatMap(([bundlers, handlings]) =>
  bundlers.flatMap((bundler) => handlings.map((handling) => [bundler.name, handling[0], bundler, handling] as const)),
);

test.concurrent.each(cases)(
  "%s: an image is one beside JSON of the user's own: %s",
  async (_, __, bundler, handling) => {
    const [, before, after, expected] = handling;
    await using site = await createSite(gemini, {
      bundler: changed(bundler, before, after),
      images: { hero },
      consent: true,
      files,
    });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    const { data: given, hero: image, short, url } = (await site.images()) as unknown as Images;
    expect(given).toEqual(expected);
    expect(image).toMatchObject({ alt: 'Harbour', width: 64 });
    expect(short).toEqual(image);
    expect(url).toBe(image.src);
    expect(await site.list('dist')).toEqual(expect.arrayContaining(site.filesOf(image)));
    expect(leaksIn(await contentsOf(site, 'dist'), [hero.prompt])).toEqual([]);
  },
);
