import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { type Failing, failAt } from './faults.js';
import { createShop, expectStored } from './shop.js';

const INTENT = /intents\/[0-9a-f]{16}-[0-9a-f]{8}\.json$/;
const UNNAMED = /intents\/\.tmp-/;
const PICTURE = /barn-[0-9a-f-]+\.png$/;
const RECORD = /barn-[0-9a-f-]+\.json$/;

const unpaid: [what: string, ...steps: Failing[]][] = [
  ['no room for the ledger', { name: 'writeFile', file: /\.tmp-ledger/ }],
  ['no room for a call in the ledger', { name: 'writeFile', file: /\.tmp-ledger/, nth: 2 }],
  ['no lock for the run', { name: 'open', file: /\.local\/runs\// }],
  ['no lock for the key', { name: 'open', file: /locks\/[0-9a-f]{16}$/ }],
  ['no room for the intent', { name: 'writeFile', file: UNNAMED }],
  ['an intent that cannot be synced', { name: 'sync', file: UNNAMED }],
  ['an intent that gets no name', { name: 'rename', file: INTENT }],
  ['a folder that cannot be synced', { name: 'sync', file: /\.local\/intents$/, nth: 1 }],
];

test.concurrent.each(unpaid)('with %s nothing is asked for, and the next run does so once', async (_, ...steps) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const failed = await shop.command(['generate'], { preload: failAt('ENOSPC', ...steps) });
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('[CACHE_UNWRITABLE] src/barn.image.json: ');
  expect(failed.output).toContain('Nothing was asked for.');
  expect(failed.output).not.toMatch(STACK);
  expect(await shop.calls()).toEqual([]);
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
  expect(output, 'no call went out').not.toContain('billed');
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

const paid: [what: string, code: string, ...steps: Failing[]][] = [
  ['a picture that cannot be written', 'EIO', { name: 'writeFile', file: /\.tmp-barn-[0-9a-f-]+\.png/ }],
  ['a picture that gets no name', 'EACCES', { name: 'link', file: PICTURE }],
  [
    'a record that cannot be written',
    'ENOSPC',
    { name: 'writeFile', file: /\.tmp-barn-[0-9a-f-]+\.json/, lasting: true },
  ],
  ['a record that gets no name', 'EROFS', { name: 'link', file: RECORD, lasting: true }],
  ['a picture that has no place to be looked at', 'EACCES', { name: 'mkdir', file: /\.cache\/prompt-image$/ }],
  ['an intent that stays', 'EIO', { name: 'unlink', file: INTENT }],
];

test.concurrent.each(paid)('%s (%s) is paid for once, and stored by the next run', async (_, code, ...steps) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const failed = await shop.command(['generate'], { preload: failAt(code, ...steps) });
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(
    /\[CACHE_UNWRITABLE\][\s\S]*It was paid for, and is kept in \S+: the next run stores it/,
  );
  expect(failed.output).not.toMatch(STACK);
  const next = await shop.command(['generate']);
  expect(next.code, next.output).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

test('what a provider says is told, although the intent cannot be closed', async () => {
  const generate = `throw new ProviderError('PROVIDER_REFUSED', 'not that');`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  const preload = failAt('EIO', { name: 'unlink', file: INTENT });
  const { code, output } = await shop.command(['generate'], { preload });
  expect([code, output]).toEqual([1, expect.stringContaining('[PROVIDER_REFUSED] src/barn.image.json: not that')]);
  expect(output).not.toMatch(STACK);
});

test('what a provider says is told, although it cannot be remembered', async () => {
  const generate = `throw new ProviderError('PROVIDER_REFUSED', 'not that');`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  const preload = failAt('ENOSPC', { name: 'writeFile', file: /refusals\/\.tmp-/ });
  const { code, output } = await shop.command(['generate'], { preload });
  expect([code, output]).toEqual([1, expect.stringContaining('[PROVIDER_REFUSED] src/barn.image.json: not that')]);
  expect(output).not.toMatch(STACK);
});

test('what cannot be decoded and cannot be put aside stays where it is', async () => {
  await using shop = await createShop({
    images: { barn: 'A barn' },
    generate: `return { bytes: Buffer.from('no picture') };`,
  });
  const preload = failAt('ENOSPC', { name: 'writeFile', file: /quarantine\/\.tmp-/ });
  const { code, output } = await shop.command(['generate'], { preload });
  expect(code).toBe(1);
  expect(output).toMatch(/\[CACHE_UNWRITABLE\][\s\S]*It was paid for, and is kept in \S+: the next run stores it/);
  expect(output).not.toContain('Nothing was asked for');
  expect(await shop.intents()).toHaveLength(1);
  const next = await shop.command(['generate']);
  expect(next.output).toContain('[IMAGE_INVALID]');
  expect(await shop.calls()).toHaveLength(1);
  expect(await shop.intents()).toEqual([]);
});

test('what was bought is told, although the run cannot leave the ledger', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const preload = failAt('ENOSPC', { name: 'writeFile', file: /\.tmp-ledger/, nth: 3, lasting: true });
  const { code, output } = await shop.command(['generate'], { preload });
  expect([code, output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
  expect(output).not.toMatch(STACK);
  await expectStored(shop);
});

test('a refusal that cannot be read is no reason to ask, and none to keep the others waiting', async () => {
  const generate = `
    if (request.prompt === 'A canal') return { bytes: picture };
    throw new ProviderError('PROVIDER_REFUSED', 'not that');`;
  await using shop = await createShop({ images: { barn: 'A barn', canal: 'A canal' }, generate });
  await shop.command(['generate', 'src/barn.image.json']);
  const [refusal = ''] = await shop.list('.prompt-image/.local/refusals');
  const preload = failAt('EACCES', { name: 'readFile', file: new RegExp(`refusals/${refusal}`), lasting: true });
  const { code, output } = await shop.command(['generate'], { preload });
  expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_CORRUPT]')]);
  expect(output).toContain('1 image bought, 0 failed');
  expect(output).not.toMatch(STACK);
  expect(await shop.calls()).toEqual(['A barn', 'A canal']);
});

test('a picture that the encoder could not look at is kept, and not bought again even where somebody asks', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const dies = encodeURIComponent(`if (/encoder/.test(process.argv[1])) process.kill(process.pid, 'SIGKILL');`);
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${dies}` };
  for (const options of [[], ['--retry']]) {
    const { code, output } = await shop.command(['generate', ...options], { env });
    expect([code, output]).toEqual([1, expect.stringContaining('[ENCODER_FAILED]')]);
    expect(output).toMatch(/It was paid for, and is kept in \S+: the next run stores it/);
    expect(output).not.toMatch(STACK);
  }
  expect((await shop.command(['generate'])).code).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});
