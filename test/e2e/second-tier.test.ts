import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { secondTier } from './support/bundlers.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, type SiteOptions, STACK, startSmallGemini, urlsOf } from './support/site.js';

const prompt = 'A harbour at the break of day';
const output = { formats: ['avif', 'webp', 'jpeg'], widths: [32, 64] };
const hero = { prompt, alt: 'Harbour', output };
const team = {
  prompt: 'A portrait of {{name}}',
  alt: '{{name}}',
  items: { ada: { name: 'Ada' }, 'mary-ann': { name: 'Mary' } },
};

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

describe.concurrent.each(secondTier)('$name', (bundler) => {
  const create = (options: Partial<SiteOptions> = {}) => createSite(gemini, { bundler, images: { hero }, ...options });

  test('every form of import gives what is committed, and every URL in it leads to a file', async () => {
    await using site = await create({
      files: {
        'src/team.images.json': team,
        'src/main.js': `
          import hero from './hero.image.json';
          import attributed from './hero.image.json' with { type: 'json' };
          import short from './hero.image';
          import url from './hero.image.json?url';
          import shortUrl from './hero.image?url';
          import team, { ada, list } from './team.images';
          globalThis.images = { hero, attributed, short, ada, mary: team['mary-ann'], urls: { url, shortUrl }, names: list.map(({ name }) => name) };`,
      },
    });
    expect((await site.command(['generate'])).code).toBe(0);
    const { code, output: printed } = await site.build();
    expect(code, printed).toBe(0);
    expect(printed).toContain('3 images: 3 reused, 0 bought');
    const { urls, names, ...images } = (await site.images()) as unknown as Record<string, never>;
    expect(names).toEqual(['ada', 'mary-ann']);
    const { hero: image, attributed, short, ada } = images as Awaited<ReturnType<typeof site.images>>;
    expect(image).toMatchObject({ alt: 'Harbour', width: 64, sources: { avif: expect.any(String) } });
    expect([attributed, short]).toEqual([image, image]);
    expect(ada).toMatchObject({ alt: 'Ada' });
    expect(urls).toEqual({ url: image?.src, shortUrl: image?.src });
    const files = await site.list('dist');
    const all = Object.values(images).flatMap(urlsOf);
    expect(new Set(all).size).toBe(8);
    for (const each of all) expect(files).toContain(each.slice(1));
    expect(image?.src).toMatch(/^\/assets\/hero-64w-\w+.*\.jpg$/);
    expect(leaksIn(await contentsOf(site, 'dist'), [prompt])).toEqual([]);
  });

  test('its public path', async () => {
    const changed = (text: string) =>
      text
        .replace("publicPath: '/'", "publicPath: 'https://cdn.example/x/'")
        .replace("targetEnv: 'node'", "targetEnv: 'browser'");
    const files = Object.entries(bundler.files).map(([name, text]) => [name, changed(String(text))]);
    await using site = await create({ files: Object.fromEntries(files) });
    await site.command(['generate']);
    expect((await site.build()).code).toBe(0);
    const built = await contentsOf(site, 'dist');
    const scripts = Object.entries(built)
      .filter(([name]) => name.endsWith('.js'))
      .map(([, text]) => String(text));
    expect(scripts.join('\n')).toContain('"https://cdn.example/x/assets/hero-64w');
  });

  test('what fails is told without a stack, and nothing is written', async () => {
    await using site = await create({
      files: { 'src/hero.image.json': '{\n  "prompt": "x",\n  "aspectRato": "1:1"\n}' },
    });
    const broken = await site.build();
    expect(broken.code, broken.output).toBe(1);
    expect(broken.output).toContain('[MANIFEST_INVALID] src/hero.image.json:3:3: unknown field "aspectRato"');
    expect(broken.output).not.toMatch(STACK);
    await site.edit('hero', hero);
    const missing = await site.build();
    expect(missing.code).toBe(1);
    expect(missing.output).toContain('[IMAGE_MISSING] 1 image has no picture');
    expect(missing.output).toContain('npx prompt-image generate');
    expect(await site.list('dist')).toEqual([]);
  });

  test.each([
    ['a query', "import text from './hero.image.json?raw'; console.log(text);", '', 'src/main.js:1:'],
    ['a stylesheet', "import './main.css';", '\n\nmain { background: url(./hero.image.json) }', 'src/main.css:3:'],
  ])('%s that would publish the manifest is refused, with its line', async (_, main, css, place) => {
    await using site = await create({ files: { 'src/main.js': main, 'src/main.css': css } });
    await site.command(['generate']);
    const { code, output: printed } = await site.build();
    expect(code, printed).toBe(1);
    expect(printed).toContain(`[MANIFEST_LEAK] ${place}`);
    expect(await site.list('dist')).toEqual([]);
  });
});

test.each(secondTier)('$name buys only where it can do so safely', async (bundler) => {
  await using site = await createSite(gemini, { bundler, images: { pier: 'A pier' }, consent: true });
  const before = gemini.calls;
  const { code, output: printed } = await site.build();
  if (bundler.name === 'bun') {
    expect(code).toBe(1);
    expect(printed).toContain('In CI, in Bun and under a test runner nothing is bought.');
    expect(gemini.calls).toBe(before);
    return;
  }
  expect(code, printed).toBe(0);
  expect(printed).toContain('1 image: 0 reused, 1 bought');
  expect(gemini.calls).toBe(before + 1);
});
