import { expect, test } from 'vitest';
import { dieAt, PICTURE_NAMED, RECORD_NAMED, type Step } from './faults.js';
import { createShop, expectStored, expectTidy } from './shop.js';

/*
 * A process that is killed at any step of one purchase, in their order. What the next run has to do depends on nothing but
 * whether the call had gone out, and what had come back.
 */

type When = 'before' | 'after';

const INTENT = /intents\/[0-9a-f]{16}-[0-9a-f]{8}\.json$/;
const UNNAMED_INTENT = /intents\/\.tmp-/;
const written = (file: RegExp, nth = 1): Step => ({ name: 'writeFile', file, nth });
const named = (file: RegExp, nth = 1): Step => ({ name: 'rename', file, nth });
const removed = (file: RegExp): Step => ({ name: 'unlink', file });

const notAsked: [what: string, when: When, step: Step][] = [
  ['git’s file gets its name', 'after', { name: 'link', file: /\.gitattributes$/ }],
  ['the lock of the key is there', 'after', { name: 'open', file: /locks\/[0-9a-f]{16}$/ }],
  ['the lock of the run is there', 'after', { name: 'open', file: /\.local\/runs\// }],
  ['the run is in the ledger', 'after', named(/ledger\.json$/)],
  ['the call is in the ledger', 'after', named(/ledger\.json$/, 2)],
  ['the intent is written', 'after', written(UNNAMED_INTENT)],
  ['the intent gets its name', 'before', named(INTENT)],
];

test.concurrent.each(notAsked)('%s, killed %s: it is asked for once', async (_, when, step) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  expect((await shop.command(['generate'], { preload: dieAt(step, when) })).signal).toBe('SIGKILL');
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
  expect(output).not.toContain('billed');
  expect(await shop.calls()).toEqual(['A barn']);
  await expectStored(shop);
});

const maybeAsked: [what: string, when: When, step: Step, calls: number][] = [
  ['the intent has its name', 'after', named(INTENT), 1],
  ['the intent is synced', 'after', { name: 'sync', file: /\.local\/intents$/ }, 1],
  ['the picture comes into the intent', 'before', written(UNNAMED_INTENT, 2), 2],
];

test.concurrent.each(maybeAsked)(
  '%s, killed %s: it is asked for once more, which is told',
  async (_, when, step, calls) => {
    await using shop = await createShop({ images: { barn: 'A barn' } });
    expect((await shop.command(['generate'], { preload: dieAt(step, when) })).signal).toBe('SIGKILL');
    const { code, output } = await shop.command(['generate']);
    expect([code, output]).toEqual([0, expect.stringContaining('src/barn.image.json: possibly billed twice')]);
    expect(await shop.calls()).toHaveLength(calls);
    await expectStored(shop);
  },
);

const UNNAMED_PICTURE = /\.tmp-barn-[0-9a-f-]+\.png/;
const UNNAMED_RECORD = /\.tmp-barn-[0-9a-f-]+\.json/;
const paid: [what: string, when: When, step: Step][] = [
  ['the picture is in the intent', 'after', written(UNNAMED_INTENT, 2)],
  ['the paid intent gets its name', 'before', named(INTENT, 2)],
  ['the paid intent gets its name', 'after', named(INTENT, 2)],
  ['the picture is written', 'after', written(UNNAMED_PICTURE)],
  ['the picture gets its name', 'before', PICTURE_NAMED],
  ['the picture gets its name', 'after', PICTURE_NAMED],
  ['the record is written', 'before', written(UNNAMED_RECORD)],
  ['the record gets its name', 'before', RECORD_NAMED],
  ['the record gets its name', 'after', RECORD_NAMED],
  ['the intent goes', 'before', removed(INTENT)],
  ['the intent goes', 'after', removed(INTENT)],
  ['the run ends', 'before', removed(/\.local\/runs\//)],
];

test.concurrent.each(paid)('%s, killed %s: the next run stores what was paid for', async (_, when, step) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const killed = await shop.command(['generate'], { preload: dieAt(step, when) });
  expect(killed.signal, killed.output).toBe('SIGKILL');
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([0, '0 to buy · 1 to reprocess (free)\n']);
  expect(await shop.calls()).toEqual(['A barn']);
  await expectStored(shop);
});

const hosted: [what: string, when: When, step: Step | undefined][] = [
  ['the address is in the intent', 'after', written(UNNAMED_INTENT, 2)],
  ['the address gets its name', 'after', named(INTENT, 2)],
  ['it is fetched', 'before', undefined],
  ['the picture comes into the intent', 'before', written(UNNAMED_INTENT, 3)],
  ['the picture is in the intent', 'after', written(UNNAMED_INTENT, 3)],
  ['the picture in the intent gets its name', 'after', named(INTENT, 3)],
];

test.concurrent.each(hosted)('%s, killed %s: what lies with the service is fetched', async (_, when, step) => {
  await using shop = await createShop({
    images: { barn: 'A barn' },
    generate: `return { url: 'https://shop.example/barn.png', caption: 'A barn' };`,
    provider: `
      download: async (url) => {
        if (url !== 'https://shop.example/barn.png') throw new Error(url);
        if (existsSync(folder + '/die')) process.kill(process.pid, 'SIGKILL');
        return picture;
      },`,
  });
  if (!step) await shop.write('die', '');
  const killed = await shop.command(['generate'], step ? { preload: dieAt(step, when) } : {});
  expect(killed.signal, killed.output).toBe('SIGKILL');
  await shop.remove('die');
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([0, '0 to buy · 1 to reprocess (free)\n']);
  expect(await shop.calls()).toEqual(['A barn']);
  await expectStored(shop);
});

const REFUSAL = /refusals\/[0-9a-f]{16}-[0-9a-f]{8}\.json$/;
const refused: [what: string, when: When, step: Step, calls: number][] = [
  ['the refusal gets its name', 'before', named(REFUSAL), 2],
  ['the refusal gets its name', 'after', named(REFUSAL), 1],
  ['the intent goes', 'before', removed(INTENT), 1],
  ['the intent goes', 'after', removed(INTENT), 1],
];

test.concurrent.each(refused)('%s, killed %s: nobody asks again in silence', async (_, when, step, calls) => {
  const generate = `throw new ProviderError('PROVIDER_REFUSED', 'not that');`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  expect((await shop.command(['generate'], { preload: dieAt(step, when) })).signal).toBe('SIGKILL');
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([1, expect.stringContaining('[PROVIDER_REFUSED] src/barn.image.json: not that')]);
  expect(await shop.calls()).toHaveLength(calls);
  if (calls > 1) expect(output).toContain('possibly billed twice');
  await expectTidy(shop);
});

const undecodable: [what: string, when: When, step: Step][] = [
  ['the bytes are put aside', 'before', named(/quarantine\/[0-9a-f-]+\.bin$/)],
  ['it is remembered', 'before', named(REFUSAL)],
  ['the intent goes', 'before', removed(INTENT)],
  ['the intent goes', 'after', removed(INTENT)],
];

test.concurrent.each(undecodable)(
  'no picture: %s, killed %s: it is kept, and not bought again',
  async (_, when, step) => {
    const generate = `return { bytes: Buffer.from('no picture') };`;
    await using shop = await createShop({ images: { barn: 'A barn' }, generate });
    expect((await shop.command(['generate'], { preload: dieAt(step, when) })).signal).toBe('SIGKILL');
    const { code, output } = await shop.command(['generate']);
    expect([code, output]).toEqual([1, expect.stringContaining('[IMAGE_INVALID]')]);
    const kept = await shop.list('.prompt-image/.local/quarantine');
    expect(kept.map((file) => file.replace(/^.*\./, ''))).toEqual(['bin', 'json']);
    expect(await shop.read(`.prompt-image/.local/quarantine/${kept[0]}`)).toBe('no picture');
    expect(await shop.calls()).toHaveLength(1);
    expect(await shop.intents()).toEqual([]);
    await expectTidy(shop);
  },
);
