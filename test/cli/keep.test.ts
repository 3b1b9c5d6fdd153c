import { expect, test } from 'vitest';
import { createShop } from '../purchase/shop.js';
import { commit, createCuratedShop, edit, everyOneDifferent, records } from './curated.js';

const gone = `
  const error = new ProviderError('PROVIDER_MODEL_GONE', 'there is no such model any more');
  throw error;`;

test('the last picture answers the changed prompt, for nothing, also where the model is gone', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  const [before] = [...(await records(shop)).values()].filter((record) => record.for === 'src/barn.image.json');
  await edit(shop, 'barn', { prompt: 'A red barn', model: 'gemini-3-pro-image' });
  const config = await shop.read('prompt-image.config.mjs');
  await shop.write('prompt-image.config.mjs', config.replace(everyOneDifferent, gone));
  expect((await shop.command(['check'])).code).toBe(1);
  const since = Date.now();

  const { code, stdout, stderr } = await shop.command(['keep', 'src/barn.image.json']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^✓ src\/barn\.image\.json {2}keeps barn-\S+\n1 image kept, 0 unchanged\. Commit the new originals\.\n$/,
  );
  expect(await shop.calls()).toHaveLength(2);
  expect((await shop.command(['check'])).output).toMatch(/^2 images checked: all in order$/m);

  const [[stem, kept] = []] = [...(await records(shop))].filter(([, { origin }]) => origin === 'kept');
  const { self, key, request, createdAt, usage, ...same } = before ?? {};
  expect(kept).toMatchObject({
    ...same,
    origin: 'kept',
    request: { prompt: 'A red barn', model: 'gemini-3-pro-image' },
  });
  expect(kept?.key).not.toBe(key);
  expect(Date.parse(kept?.createdAt ?? '')).toBeGreaterThanOrEqual(since - 1000);
  // The bytes are in git once.
  await commit(shop);
  const blobs = await shop.git('ls-tree', '--format=%(objectname) %(path)', 'HEAD', '.prompt-image/');
  const pictures = blobs
    .split('\n')
    .filter((line) => line.endsWith('.png') && line.includes(kept?.image.sha256.slice(0, 8) ?? ' '));
  expect(pictures).toHaveLength(2);
  expect(new Set(pictures.map((line) => line.split(' ')[0])).size).toBe(1);
  expect(pictures.join()).toContain(stem);
});

test('what has its picture is left alone, what never had one is passed over, and nothing holds up the rest', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  await edit(shop, 'canal', { prompt: 'A deep canal' });
  await edit(shop, 'dune', { prompt: 'A dune' });
  await shop.write('src/elm.image.json', '{');
  // A person's command is one in CI, too.
  const { code, stdout, stderr } = await shop.command(['keep', '**'], { env: { CI: 'true' } });
  expect(code).toBe(1);
  expect(stderr).not.toContain('dune');
  expect(stderr).toContain('[MANIFEST_INVALID] src/elm.image.json:1:2');
  expect(stdout).toContain('1 image kept, 1 unchanged. 1 never had a picture. 1 failed. Commit the new originals.');
  expect((await shop.command(['status'])).stdout).toContain('4 images: 2 ok, 1 missing, 1 invalid');
  expect(await shop.calls()).toHaveLength(2);

  const again = await shop.command(['keep', 'src/canal.image.json', 'src/dune.image.json', '--json']);
  expect(JSON.parse(again.stdout)).toEqual({
    version: 1,
    command: 'keep',
    errors: [],
    kept: [],
    unchanged: 1,
    missing: ['src/dune.image.json'],
    failed: [expect.objectContaining({ code: 'IMAGE_MISSING', file: 'src/dune.image.json' })],
  });
});

test('where git would leave the new original out, nothing is kept', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  await edit(shop, 'barn', { prompt: 'A red barn' });
  await shop.write('.gitignore', '*.png\n');
  const { code, stderr } = await shop.command(['keep']);
  expect([code, stderr.slice(0, 15)]).toEqual([1, '[CACHE_IGNORED]']);
  expect(await shop.originals('.json')).toHaveLength(1);
});

test('of two images that now have one prompt the first gives the picture, and it is said', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  await edit(shop, 'barn', { prompt: 'A view' });
  await edit(shop, 'canal', { prompt: 'A view' });
  const { code, stdout } = await shop.command(['keep']);
  expect(code).toBe(0);
  const [first, second] = stdout.split('\n');
  expect(`${first}\n${second}`).toMatch(
    /^✓ src\/(\w+)\.image\.json {2}keeps \1-\S+\n✓ src\/\w+\.image\.json {2}has the picture of src\/\1\.image\.json, whose prompt is the same$/,
  );
  expect((await shop.command(['check'])).code).toBe(0);
});

test('what was paid for the changed prompt and not stored yet goes before the last picture', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: everyOneDifferent });
  await shop.command(['generate']);
  await edit(shop, 'barn', { prompt: 'A red barn' });
  const die = `
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    promises.link = async (_, path) => { if (/barn-[0-9a-f-]+\\.png$/.test(path)) process.kill(process.pid, 'SIGKILL'); };
    syncBuiltinESMExports();`;
  expect((await shop.command(['generate'], { preload: die })).signal).toBe('SIGKILL');
  const { code, stdout } = await shop.command(['keep']);
  expect([code, stdout]).toEqual([0, '0 images kept, 1 unchanged.\n']);
  expect([...(await records(shop)).values()].map(({ origin }) => origin)).toEqual(['generated', 'generated']);
});
