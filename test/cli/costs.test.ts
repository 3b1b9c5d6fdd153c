import { expect, test } from 'vitest';
import { renderRecord } from '../../src/originals/record.js';
import { createShop, type Shop } from '../purchase/shop.js';

const MODEL = 'gemini-3.1-flash-lite-image';

interface Costs {
  total: Spend;
  images: Spend[];
  models: Spend[];
  months: Spend[];
  damaged: { code: string }[];
}
interface Spend {
  name: string;
  pictures: number;
  cost: number;
  unpriced: number;
}

async function costsOf(shop: Shop, ...args: string[]): Promise<Costs> {
  const { code, stdout, output } = await shop.command(['status', '--costs', '--json', ...args]);
  expect(code, output).toBe(0);
  return JSON.parse(stdout);
}

/** Moves a record into another month, as if it had been bought then. */
async function backdate(shop: Shop, name: string, createdAt: string): Promise<void> {
  const file = (await shop.originals('.json')).find((each) => each.startsWith(`${name}-`));
  const { self, ...fields } = JSON.parse(await shop.read(`.prompt-image/${file}`));
  expect(self).toMatch(/^\w+$/);
  await shop.write(`.prompt-image/${file}`, renderRecord({ ...fields, createdAt }).text);
}

test('what was spent, by image, model and month', async () => {
  const prompts = { barn: 'A barn', canal: 'A canal' };
  const images = { ...prompts, dune: { prompt: 'A dune', alt: '', model: 'shop-9' }, own: 'My own' };
  await using shop = await createShop({ images, config: { prices: { 'shop-9': 0.5 } } });
  expect((await shop.command(['generate'])).code).toBe(0);
  // A second picture for one image, one that was bought earlier, and one that nobody sold.
  await shop.write('src/barn.image.json', { prompt: 'A high barn', alt: '' });
  expect((await shop.command(['generate'])).code).toBe(0);
  await backdate(shop, 'canal', '2025-12-31T23:59:59.000Z');
  await shop.write('src/own.image.json', { prompt: 'Quite my own', alt: '' });
  expect((await shop.command(['adopt', 'src/own.image.json', 'picture.png'])).code).toBe(0);

  const month = new Date().toISOString().slice(0, 7);
  const { total, images: byImage, models, months } = await costsOf(shop);
  expect(total).toEqual({ name: 'total', pictures: 5, cost: expect.closeTo(4 * 0.0336 + 0.5), unpriced: 0 });
  expect(byImage).toEqual([
    { name: 'src/barn.image.json', pictures: 2, cost: expect.closeTo(2 * 0.0336), unpriced: 0 },
    { name: 'src/canal.image.json', pictures: 1, cost: 0.0336, unpriced: 0 },
    { name: 'src/dune.image.json', pictures: 1, cost: 0.5, unpriced: 0 },
    { name: 'src/own.image.json', pictures: 1, cost: 0.0336, unpriced: 0 },
  ]);
  expect(models).toEqual([
    { name: MODEL, pictures: 4, cost: expect.closeTo(4 * 0.0336), unpriced: 0 },
    { name: 'shop-9', pictures: 1, cost: 0.5, unpriced: 0 },
  ]);
  expect(months.map(({ name, pictures }) => [name, pictures])).toEqual([
    ['2025-12', 1],
    [month, 4],
  ]);

  const { stdout, stderr, code } = await shop.command(['status', '--costs']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('By image\n  src/barn.image.json   2 ×  ≈ $0.067\n');
  expect(stdout).toContain('By month\n  2025-12  1 ×  ≈ $0.034\n');
  expect(stdout).toContain(
    'At least ≈ $0.63 for 5 pictures, by estimate.\nWhat was refused or is deleted may have cost, too.',
  );

  const some = await costsOf(shop, 'src/dune.image.json');
  expect([some.total.pictures, some.total.cost]).toEqual([1, 0.5]);
});

test('an unknown price is said, and a free painter is free', async () => {
  await using shop = await createShop({
    images: { barn: { prompt: 'A barn', alt: '', model: 'shop-9' }, canal: 'A canal' },
  });
  await shop.command(['generate', '--yes']);
  expect((await costsOf(shop)).total).toMatchObject({ pictures: 2, cost: 0.0336, unpriced: 1 });
  const { stdout } = await shop.command(['status', '--costs']);
  expect(stdout).toContain('  shop-9                       1 ×  1 of unknown price\n');
  expect(stdout).toContain('At least ≈ $0.034 and 1 of unknown price for 2 pictures');

  await using painted = await createShop({ images: { barn: 'A barn' }, provider: 'free: true,' });
  await painted.command(['generate']);
  expect((await costsOf(painted)).total).toMatchObject({ pictures: 1, cost: 0, unpriced: 0 });
});

test('nothing bought costs nothing; a damaged record is told', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  expect((await costsOf(shop)).total).toEqual({ name: 'total', pictures: 0, cost: 0, unpriced: 0 });
  expect((await shop.command(['status', '--costs'])).stdout).toContain('No picture here was bought.');
  await shop.command(['generate']);
  const [record = ''] = await shop.originals('.json');
  await shop.write(`.prompt-image/${record}`, '{}');
  const { code, stderr } = await shop.command(['status', '--costs']);
  expect(code).toBe(1);
  expect(stderr).toContain('[CACHE_CORRUPT]');
});

test('missing alternative texts stand beside what the model said', async () => {
  const images = {
    barn: { prompt: 'A barn' },
    canal: { prompt: 'A canal', alt: '' },
    dune: { prompt: 'A dune', alt: 'A dune' },
    elm: { prompt: 'An elm' },
    farm: { prompt: 'A farm' },
  };
  const generate =
    "return { bytes: picture, ...(/elm/.test(request.prompt) ? {} : { caption: 'Here is ' + request.prompt }) };";
  await using shop = await createShop({ images, generate });
  await shop.command(['generate', 'src/{barn,canal,dune,elm}.image.json']);
  // Stale: its last picture's words still help.
  await shop.write('src/barn.image.json', { prompt: 'A high barn' });
  const { code, stdout, stderr } = await shop.command(['status', '--alt']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    [
      '● src/barn.image.json',
      '  the model said: “Here is A barn”',
      '● src/elm.image.json',
      '  the model said nothing',
      '● src/farm.image.json',
      '  not bought yet',
      '3 images without alternative text. Write "alt" into each, "" for decoration; what the model said is a suggestion.',
      '',
    ].join('\n'),
  );
  const json = await shop.command(['status', '--alt', '--json', 'src/{barn,canal,elm}.image.json']);
  expect(JSON.parse(json.stdout)).toEqual({
    version: 1,
    command: 'status',
    errors: [],
    images: [{ address: 'src/barn.image.json', caption: 'Here is A barn' }, { address: 'src/elm.image.json' }],
  });
  expect((await shop.command(['status', 'src/{canal,dune}.image.json', '--alt'])).stdout).toBe(
    '0 images without alternative text.\n',
  );
  expect(await shop.command(['status', '--alt', '--costs'])).toMatchObject({ code: 2 });
});
