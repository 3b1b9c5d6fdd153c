import { describe, expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { createShop } from './shop.js';

const URL_OF_IT = 'https://shop.example/barn.png?sig=s3cr3t';
const KEY = 'sk-again+0123456789';

/** A shop whose pictures lie elsewhere; whether they can be fetched, the file `down` says. */
const createHostedShop = (trouble: string) =>
  createShop({
    images: { barn: 'A barn' },
    generate: `return { url: '${URL_OF_IT}' };`,
    provider: `download: async (url) => { if (existsSync(folder + '/down')) ${trouble} return picture; },`,
  });

describe('a picture that is paid for and lies elsewhere', () => {
  test('is not paid for again, whatever somebody says, while it only cannot be fetched just now', async () => {
    await using shop = await createHostedShop(
      `throw new ProviderError('PROVIDER_UNAVAILABLE', 'the shelf is locked', { retry: 'safely' });`,
    );
    await shop.write('down', '');
    for (const args of [['generate'], ['generate', '--retry']]) {
      const { code, output } = await shop.command(args);
      expect(code).toBe(1);
      expect(output).toContain('the shelf is locked');
      expect(output).toContain('It was paid for: the next run tries again to fetch it.');
    }
    expect(await shop.calls()).toHaveLength(1);
    await shop.remove('down');
    expect((await shop.command(['generate'])).code).toBe(0);
    expect(await shop.calls()).toHaveLength(1);
    expect(await shop.originals('.png')).toHaveLength(1);
  });

  test('is not told of by its address, nor is a key, whatever the provider throws', async () => {
    await using shop = await createHostedShop(`throw new Error('GET ' + url + ' with ' + process.env.GEMINI_API_KEY);`);
    await shop.write('down', '');
    const { code, output } = await shop.command(['generate'], { env: { GEMINI_API_KEY: KEY } });
    expect([code, output]).toEqual([1, expect.stringContaining('GET [address] with [key]')]);
    const refusals = (await shop.list('.prompt-image/.local/refusals')).map((file) => `refusals/${file}`);
    const texts = await Promise.all(refusals.map((file) => shop.read(`.prompt-image/.local/${file}`)));
    expect(texts).toHaveLength(1);
    for (const text of [output, ...texts]) {
      expect(text).not.toContain('s3cr3t');
      expect(text).not.toContain(KEY);
    }
  });
});

test('a refusal lasts until there is a picture, though somebody asked again in vain', async () => {
  const generate = `
    if (existsSync(folder + '/closed')) throw new ProviderError('PROVIDER_UNAVAILABLE', 'closed', { retry: 'safely' });
    throw new ProviderError('PROVIDER_REFUSED', 'no barns');`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  await shop.command(['generate']);
  await shop.write('closed', '');
  expect((await shop.command(['generate', '--retry'])).output).toContain('[PROVIDER_UNAVAILABLE]');
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([1, expect.stringContaining('[PROVIDER_REFUSED] src/barn.image.json: no barns')]);
  expect(await shop.calls()).toHaveLength(2);
});

describe('a budget in dollars', () => {
  test('binds no painter that costs nothing', async () => {
    const config = { budget: { maxCost: 0.01 } };
    await using shop = await createShop({ images: { barn: 'A barn' }, provider: 'free: true,', config });
    expect(await shop.command(['generate'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('1 image bought'),
    });
  });

  test('says which price it lacks', async () => {
    const images = { barn: { prompt: 'A barn', alt: '', model: 'nobody-knows' } };
    await using shop = await createShop({ images, config: { budget: { maxCost: 1 } } });
    const { code, output } = await shop.command(['generate']);
    expect(code).toBe(1);
    expect(output).toContain('the price of nobody-knows is not known, so a budget of $1 cannot be kept');
    expect(output).toContain('prices: { "nobody-knows": 0.05 }');
    expect(output).not.toMatch(STACK);
    expect(await shop.calls()).toEqual([]);
  });
});

test('a call without an answer is told of before anybody pays a second time', async () => {
  const generate = `if (existsSync(folder + '/die')) process.kill(process.pid, 'SIGKILL'); return { bytes: picture };`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  await shop.write('die', '');
  await shop.command(['generate']);
  await shop.remove('die');
  const told = /src\/barn\.image\.json.*asked for at \S+, no answer so far; .*may be billed already/;
  expect((await shop.command(['status'])).output).toMatch(told);
  expect((await shop.command(['generate', '--dry-run'])).output).toMatch(told);
  expect(await shop.calls()).toHaveLength(1);
});

test('a project within the project buys for itself', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  await shop.write('app/prompt-image.config.mjs', 'export default {};');
  await shop.write('app/src/canal.image.json', { prompt: 'A canal', alt: '' });
  const { output } = await shop.command(['generate', '--dry-run']);
  expect(output).toContain('src/barn.image.json');
  expect(output).not.toContain('canal');
});
