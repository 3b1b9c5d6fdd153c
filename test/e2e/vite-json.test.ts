import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PromptImage } from '../../src/index.js';
import type { Gemini } from '../loopback/gemini.js';
import { type Bundler, changed, configured, vites } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { createSite, startSmallGemini } from './support/site.js';

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** A plugin that does something to every `.json`. */
const plugin = (hook: string, enforce = '') => `{
  name: 'json',
  ${enforce && `enforce: '${enforce}',`}
  ${hook},
}`;
const isJson = "/\\.json($|\\?)/.test(id) && !id.includes('\\0')";
const loads = `load: (id) => ${isJson} ? JSON.stringify({ theirs: true }) : undefined`;
const replaces = `transform: (code, id) => ${isJson} ? JSON.stringify({ ...JSON.parse(code), theirs: true }) : undefined`;
const appends = `(code, id) => ${isJson} ? code + ';export const theirs = true;' : undefined`;

const plugins =
  (before: string, after = '') =>
  (vite: Bundler) =>
    changed(vite, 'plugins: [promptImage()]', `plugins: [${before} promptImage(), ${after}]`);

const ways: [string, (vite: Bundler) => Bundler][] = [
  ['json.stringify', (vite) => configured(vite, 'json: { stringify: true }')],
  ['json.namedExports: false', (vite) => configured(vite, 'json: { namedExports: false }')],
  ['a plugin that loads JSON', plugins(`${plugin(loads, 'pre')},`)],
  ['a plugin that replaces it', plugins(`${plugin(replaces, 'pre')},`)],
  ['a plugin that adds to modules of JSON', plugins('', plugin(`transform: ${appends}`, 'post'))],
  ['a plugin that adds to them at last', plugins('', plugin(`transform: { order: 'post', handler: ${appends} }`))],
];

const main = `
  import barn from './barn.image.json';
  import url from './barn.image?url';
  import fruits, { apple, list } from './fruits.images.json';
  globalThis.images = { barn, url, fruits, apple, list };`;

interface Built {
  barn: PromptImage;
  url: string;
  fruits: Record<string, PromptImage>;
  apple: PromptImage;
  list: (PromptImage & { name: string })[];
}

describe.concurrent.each(vites)('$name', (vite) => {
  test.each(ways)('beside %s', async (_, change) => {
    await using site = await createSite(gemini, {
      bundler: change(vite),
      images: { barn: 'A barn' },
      consent: true,
      files: {
        'src/fruits.images.json': {
          prompt: 'A {{fruit}}',
          alt: '',
          items: { apple: { fruit: 'apple' }, 'fig-tart': { fruit: 'fig' } },
        },
        'src/main.js': main,
      },
    });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    const { barn, url, fruits, apple, list } = (await site.images()) as unknown as Built;
    expect(barn.src).toMatch(/^\/assets\/barn-64w-/);
    expect(url).toBe(barn.src);
    expect(Object.keys(fruits)).toEqual(['apple', 'fig-tart']);
    expect(apple).toEqual(fruits.apple);
    expect(list.map(({ name }) => name)).toEqual(['apple', 'fig-tart']);

    await using dev = await startDev(site);
    const served = await dev.image('barn');
    expect(Object.keys(served)).toEqual(Object.keys(barn));
    expect((await dev.get(served.src)).status).toBe(200);
  });
});
