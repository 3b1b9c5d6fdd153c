import { truncate } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PromptImage } from '../src/index.js';
import { rollup } from './e2e/support/bundlers.js';
import { createSite, type Site, type SiteOptions, startSmallGemini, urlsOf } from './e2e/support/site.js';
import { blocked, type Gemini } from './loopback/gemini.js';
import { run } from './support/workspace.js';

const output = { formats: ['webp', 'jpeg'], widths: [32, 64], placeholder: 'blur' };
const images = { barn: { prompt: 'A barn', alt: 'A barn', output }, canal: 'A canal' };

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

const create = (options: Partial<SiteOptions> = {}): Promise<Site> =>
  createSite(gemini, { bundler: rollup, images, ...options });

/**
 * Runs statements of a script that uses the package; `images` is its API.
 * @returns the value of `result`
 */
async function script(site: Site, body: string, env: Record<string, string> = {}): Promise<unknown> {
  const code = `
    import { createPromptImage, PromptImageError } from 'unplugin-prompt-image';
    const told = (error) => ({ code: error.code, message: error.message, known: error instanceof PromptImageError });
    const failureOf = (promise) => promise.then(() => 'no failure', told);
    let result;
    ${body}
    console.log(JSON.stringify(result));`;
  await site.write('script.js', code);
  const options = { cwd: site.root, env: { GEMINI_API_KEY: gemini.key, ...env }, timeout: 30_000 };
  const finished = await run(process.execPath, ['script.js'], options);
  expect(finished.code, finished.output).toBe(0);
  return JSON.parse(finished.stdout) as unknown;
}

const open = 'const images = await createPromptImage();';

test('status, generate, resolve and dispose; then the process ends by itself', async () => {
  await using site = await create();
  const calls = gemini.requests.length;
  const result = (await script(
    site,
    `${open}
    result = { before: await images.status() };
    result.missing = await failureOf(images.resolve('src/barn.image.json', { outDir: 'public', publicPath: '/' }));
    result.generated = await images.generate(['src/barn.image.json']);
    result.after = await images.status();
    const target = { outDir: 'public/images', publicPath: '/images/' };
    result.barn = await images.resolve('src/barn.image.json', target);
    result.again = await images.resolve('./src/barn.image.json', target);
    await images.dispose();`,
  )) as Record<string, unknown> & { barn: PromptImage };

  const [barn, canal] = ['src/barn.image.json', 'src/canal.image.json'];
  expect(result.before).toEqual([
    { address: barn, state: 'missing' },
    { address: canal, state: 'missing' },
  ]);
  expect(result.missing).toMatchObject({ code: 'IMAGE_MISSING', known: true });
  expect(result.generated).toEqual({ bought: [barn], failed: [], notes: [] });
  expect(result.after).toEqual([
    { address: barn, state: 'ok' },
    { address: canal, state: 'missing' },
  ]);
  expect(gemini.requests).toHaveLength(calls + 1);

  const image = result.barn;
  expect(image).toMatchObject({ width: 64, height: 64, format: 'jpeg', alt: 'A barn' });
  expect(image.blurDataURL).toMatch(/^data:image\//);
  expect(result.again).toEqual(image);
  const urls = urlsOf(image);
  expect(urls).toHaveLength(4);
  for (const url of urls) expect(url).toMatch(/^\/images\/barn-(32|64)w-[0-9a-f]{8}\.(webp|jpg)$/);
  expect((await site.list('public/images')).sort()).toEqual(urls.map((url) => url.replace('/images/', '')).sort());
});

test('what fails is told by address, and the rest is bought', async () => {
  gemini.whenPrompt(/nobody/, blocked('SAFETY', 'No, thank you'));
  await using site = await create({ images: { barn: 'A barn', face: 'The face of nobody' } });
  await site.write('src/broken.image.json', '{}');
  const result = await script(
    site,
    `${open}
    const { bought, failed } = await images.generate();
    result = { bought, failed: failed.map(({ address, error }) => ({ address, ...told(error) })) };
    result.status = (await images.status()).map(({ address, state, error }) => [address, state, error?.code]);
    await images.dispose();`,
  );
  expect(result).toEqual({
    bought: ['src/barn.image.json'],
    failed: [
      { address: 'src/broken.image.json', code: 'MANIFEST_INVALID', known: true, message: expect.any(String) },
      {
        address: 'src/face.image.json',
        code: 'PROVIDER_REFUSED',
        known: true,
        message: expect.stringContaining('No, thank you'),
      },
    ],
    status: [
      ['src/barn.image.json', 'ok', null],
      ['src/broken.image.json', 'invalid', 'MANIFEST_INVALID'],
      ['src/face.image.json', 'refused', 'PROVIDER_REFUSED'],
    ],
  });
});

test('a changed prompt is stale and says which field; damage is an error', async () => {
  await using site = await create();
  await site.command(['generate']);
  await site.edit('canal', { prompt: 'A canal', alt: '', thinking: 'high' });
  const picture = (await site.list('.prompt-image')).find((file) => /^barn-.*jpg$/.test(file)) ?? '';
  await truncate(site.path('.prompt-image', picture), 100);
  const calls = gemini.requests.length;
  const result = await script(
    site,
    `${open}
    const status = await images.status();
    result = { status: status.map(({ error, ...rest }) => ({ ...rest, code: error?.code })) };
    const target = { outDir: 'public', publicPath: '/' };
    result.barn = (await failureOf(images.resolve('src/barn.image.json', target))).code;
    result.canal = await failureOf(images.resolve('src/canal.image.json', target));
    await images.dispose();`,
  );
  expect(result).toEqual({
    status: [
      { address: 'src/barn.image.json', state: 'invalid', code: 'CACHE_CORRUPT' },
      { address: 'src/canal.image.json', state: 'stale', changed: ['thinking'] },
    ],
    barn: 'CACHE_CORRUPT',
    canal: { code: 'IMAGE_MISSING', known: true, message: expect.stringContaining('thinking changed') },
  });
  expect(await site.list('public')).toEqual([]);
  expect(gemini.requests).toHaveLength(calls);
});

test('the budget and CI hold, and options that decide on purchases cannot be given', async () => {
  await using site = await create({ config: { budget: { maxImages: 1 } } });
  const calls = gemini.requests.length;
  const budget = await script(
    site,
    `${open}
    result = [await failureOf(images.generate())];
    result.push(await failureOf(createPromptImage({ originalsDir: 'x' })));
    result.push(await failureOf(createPromptImage({ concurency: 1 })));
    await images.dispose();`,
  );
  expect(budget).toEqual([
    { code: 'BUDGET_EXCEEDED', known: true, message: expect.stringContaining('2 images are over the budget of 1') },
    { code: 'CONFIG_INVALID', known: true, message: expect.stringContaining('cannot stand inline') },
    { code: 'CONFIG_INVALID', known: true, message: expect.stringContaining('Did you mean "concurrency"?') },
  ]);
  const inCi = `${open} result = await failureOf(images.generate(['src/barn.image.json'])); await images.dispose();`;
  expect(await script(site, inCi, { CI: 'true' })).toMatchObject({ code: 'IMAGE_MISSING' });
  expect(gemini.requests).toHaveLength(calls);
  const outside = `${open} result = (await images.generate(['src/barn.image.json'])).bought; await images.dispose();`;
  expect(await script(site, outside)).toEqual(['src/barn.image.json']);
});

test('another root, and an address that is none', async () => {
  await using site = await create();
  const result = await script(
    site,
    `const images = await createPromptImage({ root: 'src', configFile: '../prompt-image.config.js' });
    result = { addresses: (await images.status()).map(({ address }) => address) };
    result.resolved = await failureOf(images.resolve('nothing.image.json', { outDir: 'public', publicPath: '/' }));
    result.generated = (await images.generate(['nothing.image.json'])).failed.map(({ error }) => told(error));
    await images.dispose();`,
  );
  const nothing = { code: 'MANIFEST_INVALID', known: true, message: expect.stringContaining('nothing.image.json') };
  expect(result).toEqual({
    addresses: ['barn.image.json', 'canal.image.json'],
    resolved: nothing,
    generated: [nothing],
  });
});
