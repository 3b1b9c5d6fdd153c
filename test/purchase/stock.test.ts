import { appendFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOriginals } from '../../src/originals/originals.js';
import { openStock } from '../../src/purchase/stock.js';
import { rollup, vite8 } from '../e2e/support/bundlers.js';
import { startDev } from '../e2e/support/dev-server.js';
import { createSite, type Site, STACK } from '../e2e/support/site.js';
import { picture, startGemini } from '../loopback/gemini.js';
import { certificateFile, startProxy, startTls } from '../loopback/proxy.js';
import { barn, pictureOf } from '../originals/records.js';
import { failAt } from './faults.js';

const images = { barn: 'A barn', canal: 'A canal' };

/** The service itself, as far as anybody behind this proxy can tell; and a folder for the stock. */
async function startService() {
  const gemini = await startGemini({ flavour: 'anyfast' });
  gemini.always(picture({ size: { width: 128, height: 128 } }));
  const tls = await startTls(Number(new URL(gemini.url).port));
  const proxy = await startProxy({ target: tls.port });
  const folder = await mkdtemp(join(tmpdir(), 'prompt-image-'));
  const stock = join(folder, 'stock');
  const network = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: certificateFile };
  return {
    gemini,
    stock,
    kept: async () => (await openOriginals(stock).stems()).sort(),
    env: { ...network, PROMPT_IMAGE_STOCK: stock },
    withKey: { ...network, PROMPT_IMAGE_STOCK: stock, ANYFAST_API_KEY: gemini.key },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([gemini.close(), tls[Symbol.asyncDispose](), proxy[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** A checkout of the same project; its provider is the usual one. */
const checkOut = (gemini: { url: string; key: string }) =>
  createSite(gemini, {
    bundler: rollup,
    images,
    files: {
      'prompt-image.config.js':
        'export default { retries: 0, defaults: { output: { formats: ["webp"], widths: [64], placeholder: false } } };',
    },
  });
const originalsOf = async (site: Site) => (await openOriginals(site.path('.prompt-image')).stems()).sort();

test('what this user bought in one checkout comes to every other one for nothing', async () => {
  await using service = await startService();
  const { gemini, env, withKey, kept } = service;
  await using first = await checkOut(gemini);
  const bought = await first.command(['generate'], withKey);
  expect(bought.code, bought.output).toBe(0);
  expect(gemini.calls).toBe(2);
  expect(await kept()).toEqual(await originalsOf(first));

  await using second = await checkOut(gemini);
  const built = await second.build(env);
  expect([built.code, built.output]).toEqual([0, expect.stringContaining('2 images: 2 reused, 0 bought')]);
  expect(await originalsOf(second)).toEqual(await originalsOf(first));

  await using third = await checkOut(gemini);
  const frozen = await third.build({ ...withKey, CI: 'true' });
  expect([frozen.code, frozen.output]).toEqual([1, expect.stringContaining('[IMAGE_MISSING]')]);
  expect(await originalsOf(third)).toEqual([]);
  expect((await third.build({ ...env, PROMPT_IMAGE_STOCK: 'off' })).code).toBe(1);
  expect(gemini.calls).toBe(2);
  // Where nothing is to be left behind, the command neither takes from it nor adds to it.
  expect((await third.command(['generate', 'src/barn.image.json'], { ...withKey, CI: 'true' })).code).toBe(0);
  const off = await third.command(['generate'], { ...withKey, PROMPT_IMAGE_STOCK: 'off' });
  expect(off.output).toContain('1 image bought, 0 failed');
  expect(gemini.calls).toBe(4);
  expect(await kept()).toEqual(await originalsOf(first));
});

test('a damaged or an unwritable stock costs money, and nothing else', async () => {
  await using service = await startService();
  const { gemini, withKey, stock, kept } = service;
  await using first = await checkOut(gemini);
  expect((await first.command(['generate'], withKey)).code).toBe(0);
  const [damaged = ''] = await kept();
  await truncate(join(stock, `${damaged}.jpg`), 100);

  await using second = await checkOut(gemini);
  const again = await second.command(['generate'], withKey);
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
  expect(gemini.calls).toBe(3);
  expect(await kept()).toHaveLength(3);

  // The whole one of the two serves.
  await using third = await checkOut(gemini);
  expect(await third.command(['generate'], withKey)).toMatchObject({
    code: 0,
    output: '0 to buy · 2 to reprocess (free)\n',
  });
  expect(gemini.calls).toBe(3);

  await using fourth = await checkOut(gemini);
  await appendFile(join(stock, '..', 'file'), '');
  const unwritable = { ...withKey, PROMPT_IMAGE_STOCK: join(stock, '..', 'file', 'stock') };
  const { code, output } = await fourth.command(['generate'], unwritable);
  expect([code, output]).toEqual([0, expect.stringContaining('2 images bought, 0 failed')]);
  expect(output).toMatch(/src\/barn\.image\.json: no second copy could be kept \(ENOTDIR/);
  expect(output).not.toMatch(STACK);
});

test('only what the same provider made answers for it, whoever was first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prompt-image-'));
  const user = join(folder, 'user');
  const [theirs, ours] = [pictureOf('theirs'), pictureOf('ours')];
  await openOriginals(user).add(theirs, barn(theirs, { provider: 'bazaar', createdAt: '2026-01-01T00:00:00.000Z' }));
  const target = join(folder, 'originals');
  const stock = openStock({ folder: target, user: async () => user, provider: 'shop', frozen: false });
  const { key } = barn();
  expect(await stock.restore(key)).toBe(false);
  const { stem } = await openOriginals(user).add(ours, barn(ours, { createdAt: '2026-02-01T00:00:00.000Z' }));
  expect(await stock.restore(key), 'it came while this process ran').toBe(true);
  expect(await openOriginals(target).stems()).toEqual([stem]);
  await rm(folder, { recursive: true });
});

/** Everything but `elm`, which is there so that there is something to keep. */
async function prune(site: Site): Promise<void> {
  for (const name of Object.keys(images)) await site.remove(`src/${name}.image.json`);
  const { code, output } = await site.command(['prune', '--yes']);
  expect(code, output).toBe(0);
  expect(await originalsOf(site)).toHaveLength(1);
  for (const [name, prompt] of Object.entries(images)) await site.edit(name, prompt);
}

test('what was pruned comes back for nothing: to the command, a build and a dev server', async () => {
  await using gemini = await startGemini();
  gemini.always(picture({ size: { width: 128, height: 128 } }));
  await using site = await createSite(gemini, { bundler: vite8, images: { ...images, elm: 'An elm' } });
  expect((await site.command(['generate'])).code).toBe(0);
  const stems = await originalsOf(site);
  await prune(site);
  const plan = await site.command(['generate']);
  expect([plan.code, plan.output]).toEqual([0, '0 to buy · 3 to reprocess (free)\n']);
  expect(await originalsOf(site)).toEqual(stems);
  await prune(site);
  const built = await site.build();
  expect([built.code, built.output]).toEqual([0, expect.stringContaining('3 images: 3 reused, 0 bought')]);
  await prune(site);
  await using dev = await startDev(site);
  expect(await dev.image('barn')).not.toHaveProperty('draft');
  expect(await originalsOf(site)).toHaveLength(2);
  expect(gemini.calls).toBe(3);
});

test('a copy that cannot be put back is told, and nothing is bought in its place', async () => {
  await using gemini = await startGemini();
  gemini.always(picture({ size: { width: 128, height: 128 } }));
  await using site = await createSite(gemini, { bundler: rollup, images: { ...images, elm: 'An elm' }, consent: true });
  expect((await site.command(['generate'])).code).toBe(0);
  await prune(site);
  const preload = encodeURIComponent(failAt('EROFS', { name: 'link', file: /barn-/, lasting: true }));
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${preload}` };
  const runs = [await site.build(env), await site.command(['generate'], { ...env, GEMINI_API_KEY: gemini.key })];
  for (const { code, output } of runs) {
    expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_UNWRITABLE]')]);
    expect(output).toContain('nothing is bought');
    expect(output).not.toMatch(STACK);
  }
  expect(gemini.calls).toBe(3);
});
