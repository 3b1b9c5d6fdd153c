import { describe, expect, test } from 'vitest';
import { createShop, type Shop } from '../purchase/shop.js';

/** Each picture is another one, so that references to them tell. */
const everyOneDifferent = 'return { bytes: Buffer.concat([picture, Buffer.from(request.prompt + request.take)]) };';

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
const status = async (shop: Shop, ...args: string[]) => (await shop.command(['status', ...args])).stdout;
const addresses = async (shop: Shop): Promise<string[]> => {
  const records = (await shop.originals('.json')).map(async (name) =>
    JSON.parse(await shop.read(`.prompt-image/${name}`)),
  );
  return (await Promise.all(records)).map((record) => record.for as string).sort();
};

const chain = {
  day: { prompt: 'Day', alt: '', variants: { thumb: { output: { widths: [32] } }, portrait: { aspectRatio: '9:16' } } },
  dusk: { prompt: 'Dusk', alt: '', references: ['./day.image.json'] },
  night: { prompt: 'Night', alt: '', references: ['./dusk.image.json', './day.image.json@thumb'] },
};

test('an edit of an edit: a plan counts what has no key yet, and pictures are bought in their order', async () => {
  await using shop = await createShop({ images: chain, generate: everyOneDifferent, config: { prices: { any: 1 } } });
  const dry = await shop.command(['generate', '--dry-run']);
  expect(dry.stdout).toContain('  src/dusk.image.json  waits for src/day.image.json\n');
  expect(dry.stdout).toContain('  src/night.image.json  waits for src/dusk.image.json and src/day.image.json\n');
  expect(lastLine(dry.stdout)).toBe('2 to buy, up to 2 more, ≈ $0.067, up to ≈ $0.13');
  expect(await status(shop)).toContain('… src/dusk.image.json  waits for src/day.image.json\n');

  const one = await shop.command(['generate', 'src/dusk']);
  expect(lastLine(one.stdout)).toBe('2 images bought, 0 failed, 0 unchanged. Commit what arrived.');
  expect(await shop.calls()).toEqual(['Day', 'Dusk']);
  const rest = await shop.command(['generate']);
  expect(lastLine(rest.stdout)).toBe('2 images bought, 0 failed, 2 unchanged. Commit what arrived.');
  expect((await shop.calls()).slice(2).sort()).toEqual(['Day', 'Night']);
  expect(await addresses(shop)).toEqual([
    'src/day.image.json',
    'src/day.image.json@portrait',
    'src/dusk.image.json',
    'src/night.image.json',
  ]);

  // What follows from an edit: those behind it wait, and are stale because of it when it is there.
  await shop.write('src/day.image.json', { ...chain.day, prompt: 'Noon' });
  expect(await status(shop)).toMatch(
    /● src\/day\S+json {2}prompt changed[\s\S]*… src\/dusk\S+ {2}waits for src\/day\S+json\n… src\/night\S+ {2}waits for src\/dusk\S+ and/,
  );
  expect((await shop.command(['generate', 'src/day'])).code).toBe(0);
  expect(await status(shop)).toContain(
    'src/dusk.image.json  references changed since it was bought, because of src/day.image.json\n',
  );

  // Kept in their order, nothing is bought.
  const calls = (await shop.calls()).length;
  const waiting = await shop.command(['keep', 'src/night']);
  expect(waiting).toMatchObject({ code: 1 });
  expect(waiting.stderr).toContain('First: npx prompt-image keep src/dusk.image.json');
  const kept = await shop.command(['keep']);
  expect(lastLine(kept.stdout)).toBe('2 images kept, 2 unchanged. Commit the new originals.');
  expect(lastLine(await status(shop))).toBe('4 images: 4 ok');
  expect(await shop.calls()).toHaveLength(calls);
  expect((await shop.command(['check'])).code).toBe(0);
});

test('what waits for an image that fails is not asked for, and told', async () => {
  await using shop = await createShop({
    images: { day: 'Day', dusk: chain.dusk, other: 'Other' },
    generate:
      "if (request.prompt === 'Day') throw new ProviderError('PROVIDER_REFUSED', 'No days'); return { bytes: picture };",
  });
  const { code, stdout, stderr } = await shop.command(['generate']);
  expect(code).toBe(1);
  expect(stderr).toContain('[PROVIDER_REFUSED] src/day.image.json');
  expect(stderr).toContain('[IMAGE_WAITING] src/dusk.image.json: waits for src/day.image.json, which was not bought');
  expect(lastLine(stdout)).toBe('1 image bought, 2 failed, 0 unchanged. Commit what arrived.');
  expect((await shop.calls()).sort()).toEqual(['Day', 'Other']);
  const again = await shop.command(['generate']);
  expect(lastLine(again.stdout)).toBe('0 to buy · 1 to reprocess (free) · 2 not asked for again');
  expect(await shop.calls()).toHaveLength(2);
});

describe('a collection', () => {
  const fruits = {
    prompt: 'A {{fruit}}',
    alt: '{{fruit}}',
    items: { apple: { fruit: 'apple' }, pear: { fruit: 'pear' }, 'red-fig': { fruit: 'fig' } },
    variants: { dark: { prompt: 'At night', references: ['@base'] } },
  };
  const createFruits = () =>
    createShop({ images: {}, files: { 'src/fruits.images.json': fruits }, generate: everyOneDifferent });

  test('is bought item by item, under readable names, and one that fails loses no other', async () => {
    await using shop = await createShop({
      images: {},
      files: { 'src/fruits.images.json': { ...fruits, items: { ...fruits.items, plum: { friut: 'plum' } } } },
      generate: `if (request.prompt.includes('pear')) throw new ProviderError('PROVIDER_REFUSED', 'No pears'); ${everyOneDifferent}`,
    });
    const { code, stdout, stderr } = await shop.command(['generate']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[MANIFEST_INVALID\] src\/fruits\.images\.json:\d+:\d+/);
    expect(stderr).toContain('[PROVIDER_REFUSED] src/fruits.images.json#pear');
    expect(stderr).toContain('[IMAGE_WAITING] src/fruits.images.json#pear@dark');
    expect(lastLine(stdout)).toBe('4 images bought, 2 failed, 0 unchanged. Commit what arrived.');
    const names = (await shop.originals('.json')).map((name) => name.replace(/-[0-9a-f]{16}-[0-9a-f]{8}\.json$/, ''));
    expect(names).toEqual(['fruits-apple', 'fruits-apple-dark', 'fruits-red-fig', 'fruits-red-fig-dark']);
  });

  test('takes addresses in every command, and a pick writes into takes', async () => {
    await using shop = await createFruits();
    const some = await shop.command(['generate', 'src/fruits.images.json#apple']);
    expect(lastLine(some.stdout)).toContain('2 images bought');
    expect(lastLine(await status(shop, 'src/fruits.images.json#apple@dark'))).toBe('1 image: 1 ok');
    expect(lastLine(await status(shop, 'src/fruits'))).toBe('6 images: 2 ok, 2 missing, 2 waiting');

    const unnamed = await shop.command(['reroll', 'src/fruits.images.json']);
    expect(unnamed).toMatchObject({ code: 2 });
    expect(unnamed.stderr).toContain(
      'src/fruits.images.json is a collection. Name one of its images, for example src/fruits.images.json#apple',
    );
    const { stdout } = await shop.command(['reroll', 'src/fruits.images.json#apple@dark']);
    const [, take = ''] = /"takes": \{ "apple@dark": "(\w+)" \}/.exec(stdout) ?? [];
    const pick = await shop.command(['pick', 'src/fruits.images.json#apple@dark', take]);
    expect(pick.code, pick.output).toBe(0);
    expect(JSON.parse(await shop.read('src/fruits.images.json'))).toEqual({ ...fruits, takes: { 'apple@dark': take } });
    expect(lastLine(await status(shop, 'src/fruits.images.json#apple'))).toBe('2 images: 2 ok');

    const exported = await shop.command(['export', 'src/fruits.images.json#apple@dark', '--out', 'out/apple.png']);
    expect(exported.code, exported.output).toBe(0);
    expect(await shop.list('out')).toEqual(['apple.png']);
    const pruned = await shop.command(['prune']);
    expect(pruned.output).not.toContain('not used');
    const misspelt = await shop.command(['generate', 'src/fruits.images.json#aple']);
    expect(misspelt).toMatchObject({ code: 1 });
    expect(misspelt.stderr).toContain('Did you mean "apple"?');
  });
});

test('a variant that is its base’s picture is named by its base', async () => {
  await using shop = await createShop({ images: { day: chain.day } });
  await shop.command(['generate']);
  expect(await shop.calls()).toHaveLength(2);
  for (const args of [['reroll'], ['adopt', 'picture.png'], ['pick', '1']]) {
    const [command = '', ...rest] = args;
    const { code, stderr } = await shop.command([command, 'src/day.image.json@thumb', ...rest]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      '[IMAGE_SHARED] src/day.image.json@thumb: is the picture of src/day.image.json, published otherwise',
    );
  }
  const take = await shop.command(['reroll', 'src/day.image.json@portrait']);
  const [, name = ''] = /"take": "(\w+)"/.exec(take.stdout) ?? [];
  await shop.command(['pick', 'src/day.image.json@portrait', name]);
  expect(JSON.parse(await shop.read('src/day.image.json')).variants.portrait).toEqual({
    aspectRatio: '9:16',
    take: name,
  });
});

test('a preset that changes makes stale what uses it, which says so, and costs nothing to keep', async () => {
  const uses = (prompt: string) => ({ prompt, alt: '', extends: '../brand.image-preset.json' });
  await using shop = await createShop({
    images: { barn: uses('Barn'), canal: uses('Canal'), dune: 'Dune' },
    files: { 'brand.image-preset.json': { style: 'flat vector' } },
    generate: everyOneDifferent,
  });
  await shop.command(['generate']);
  await shop.write('brand.image-preset.json', { style: 'flat vectors' });
  const told = await status(shop);
  expect(told).toContain(
    '● src/barn.image.json  prompt changed since it was bought, because of brand.image-preset.json\n',
  );
  expect(told).toContain('  brand.image-preset.json makes 2 images stale, ≈ $0.067 to buy anew\n');
  expect(told).toContain('Keeping the pictures that there are is free: npx prompt-image keep\n');
  expect(lastLine(told)).toBe('3 images: 1 ok, 2 stale');
  expect(lastLine((await shop.command(['keep'])).stdout)).toBe('2 images kept, 1 unchanged. Commit the new originals.');
  await shop.write('brand.image-preset.json', { style: 'flat vectors', output: { widths: [32] } });
  expect(lastLine(await status(shop))).toBe('3 images: 3 ok');
  expect(await shop.calls()).toHaveLength(3);
});
