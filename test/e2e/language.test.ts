import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PromptImage } from '../../src/index.js';
import { blocked, type Gemini } from '../loopback/gemini.js';
import { bundlers } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const hero = {
  prompt: 'A harbour',
  alt: 'Harbour',
  extends: '../brand.image-preset.json',
  variants: {
    dark: { prompt: 'The same at night', references: ['@base'], media: '(prefers-color-scheme: dark)' },
    thumb: { output: { widths: [32] } },
  },
};
const fruits = {
  prompt: 'A {{fruit}} on slate',
  alt: 'A {{fruit}}',
  extends: '../brand.image-preset.json',
  items: './fruits.json',
};
const files = {
  'brand.image-preset.json': { style: 'flat vector' },
  'src/fruits.json': [
    { id: 'apple', fruit: 'apple' },
    { id: 'red-fig', fruit: 'red fig' },
    { id: 1, fruit: 'plum' },
  ],
  'src/fruits.images.json': fruits,
  'src/main.js': `
    import hero from './hero.image.json';
    import fruits, { apple, list } from './fruits.images.json';
    import urls from './fruits.images?url';
    import pears, { list as fewer } from './pears.images';
    globalThis.images = { hero, fruits, list, urls, pears, isSame: fruits.apple === apple && list[0] === apple, fewer };`,
  'src/pears.images.json': { ...fruits, prompt: 'A {{fruit}} on slate', items: { pear: { fruit: 'pear' } } },
};

describe.concurrent.each(bundlers)('$name', (bundler) => {
  let gemini: Gemini;
  beforeAll(async () => {
    gemini = await startSmallGemini();
  });
  afterAll(() => gemini.close());

  test('variants and collections are bought once, in their order, and imported with their names', async () => {
    await using site = await createSite(gemini, { bundler, images: { hero }, files, consent: true });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    expect(output).toContain('6 images: 0 reused, 6 bought');
    expect(gemini.calls).toBe(6);

    const images = (await site.images()) as unknown as {
      hero: PromptImage;
      fruits: Record<string, PromptImage & { name: string }>;
      list: (PromptImage & { name: string })[];
      urls: Record<string, string>;
      pears: Record<string, PromptImage>;
      isSame: boolean;
      fewer: unknown[];
    };
    const { dark, thumb } = images.hero.variants ?? {};
    expect(Object.keys(images.hero.variants ?? {})).toEqual(['dark', 'thumb']);
    expect(dark).toMatchObject({ media: '(prefers-color-scheme: dark)', alt: 'Harbour', width: 64 });
    expect(thumb).toMatchObject({ width: 32 });
    expect(thumb).not.toHaveProperty('media');
    expect(dark?.src).not.toBe(images.hero.src);
    expect(images.list.map(({ name }) => name)).toEqual(['apple', 'red-fig', '1']);
    expect(images.fruits['red-fig']).toMatchObject({ name: 'red-fig', alt: 'A red fig' });
    expect(images.urls).toEqual(Object.fromEntries(images.list.map(({ name, src }) => [name, src])));
    expect(images.isSame).toBe(true);
    expect(images.fewer).toHaveLength(1);
    const written = await site.list('dist');
    expect(written.filter((file) => /hero-thumb-32w|fruits-red-fig-64w|hero-dark-64w/.test(file))).toHaveLength(3);
    for (const image of [images.hero, dark, thumb, ...images.list]) {
      for (const file of site.filesOf(image as PromptImage)) expect(written).toContain(file);
    }
    const prompts = await Promise.all(
      written.filter((file) => file.endsWith('.js')).map((file) => site.read(`dist/${file}`)),
    );
    expect(prompts.join()).not.toMatch(/on slate|at night|flat vector/);

    const again = await site.build();
    expect(again.output).toContain('6 images: 6 reused, 0 bought');
    expect(gemini.calls).toBe(6);
  });

  test('a picture that fails is told, with what waits for it, and loses no other', async () => {
    await using own = await startSmallGemini();
    own.whenPrompt(/harbour|red fig/, blocked('PROHIBITED_CONTENT', 'No, thank you'));
    await using site = await createSite(own, { bundler, images: { hero }, files, consent: true });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toContain('src/fruits.images.json#red-fig');
    expect(output).toContain(
      '[IMAGE_WAITING] src/hero.image.json@dark: waits for src/hero.image.json, which was not bought',
    );
    expect(output).not.toMatch(STACK);
    expect(await site.list('dist')).toEqual([]);
    expect(own.calls).toBe(5);
    const bought = (await site.list('.prompt-image')).filter(
      (file) => file.endsWith('.json') && !file.includes('.local'),
    );
    expect(bought).toHaveLength(3);
  });

  test('a collection that is wrong is told, whatever is imported of it', async () => {
    const broken = { ...files, 'src/fruits.json': '[{ "id": "apple", }]' };
    await using site = await createSite(gemini, { bundler, images: { hero }, files: broken });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toContain('[ITEMS_INVALID] src/fruits.json:1:17');
    expect(output).not.toMatch(STACK);
  });

  test('without consent the error lists what is missing, and what waits', async () => {
    await using site = await createSite(gemini, { bundler, images: { hero }, files });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toMatch(
      /\[IMAGE_MISSING\] 6 images have no picture:[\s\S]*src\/hero\.image\.json {2}not bought yet\n *src\/hero\.image\.json@dark {2}waits for src\/hero/,
    );
    expect(output).toContain('up to ≈ $');
  });
});

test('a dev server shows a draft of what waits, and buys both when asked', async () => {
  await using gemini = await startSmallGemini();
  const images = { night: { prompt: 'Night', alt: '', references: ['./day.image.json'] }, day: 'Day' };
  await using site = await createSite(gemini, { images });
  await using dev = await startDev(site, { env: { GEMINI_API_KEY: gemini.key }, terminal: true });
  expect(await dev.image('night')).toMatchObject({ draft: true });
  await dev.waitFor(/src\/night\.image\.json {2}waits for src\/day\.image\.json: press g \+ enter to buy both/);
  await dev.logs(/1 to buy, up to 1 more, ≈ \$0\.034, up to ≈ \$0\.067\. Press g/, () => dev.write('g\n'));
  await dev.logs(/image update .*night/, () => dev.write('g\n'));
  expect(gemini.calls).toBe(2);
  expect(await dev.image('night')).not.toHaveProperty('draft');

  // Its reference changes: the last picture stays, until somebody asks.
  await dev.logs(/src\/night\S+ {2}waits for src\/day/, () => site.edit('day', 'Noon'));
  expect(await dev.image('night')).toMatchObject({ stale: true });
});

test('a preset and a file of items are watched', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { images: { hero }, files });
  await site.command(['generate']);
  await using dev = await startDev(site);
  expect(await dev.image('hero')).not.toHaveProperty('stale');
  await dev.logs(/hero\.image\.json {2}prompt changed since it was bought, because of brand\.image-preset\.json/, () =>
    site.write('brand.image-preset.json', { style: 'flat vectors' }),
  );
  expect(await dev.image('hero')).toMatchObject({ stale: true });
  await dev.get('src/fruits.images.json?import');
  await dev.logs(/fruits\.images\.json#quince {2}not bought yet/, () =>
    site.write('src/fruits.json', { quince: { fruit: 'quince' } }),
  );
});
