import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { delayAt } from './faults.js';
import { createShop, type Shop } from './shop.js';

const names = Array.from({ length: 16 }, (_, index) => `image-${String(index).padStart(2, '0')}`);
const images = Object.fromEntries(names.map((name) => [name, name]));

/** Notes when each call began and ended, and answers `failing` in place of the picture where it says so. */
const noting = (failing: string) => `
  globalThis.calls ??= 0;
  const call = ++globalThis.calls;
  const note = (what) => appendFileSync(folder + '/times.log', [what, call, Date.now()].join(' ') + '\\n');
  note('begin');
  try {
    ${failing}
    await sleep(150);
    return { bytes: picture };
  } finally {
    note('end');
  }`;

/** The most calls that were under way at once among those that began in a time. */
async function timesOf(shop: Shop) {
  const lines = (await shop.read('times.log')).trim().split('\n');
  return lines.map((line) => {
    const [what = '', call = '', at = ''] = line.split(' ');
    return { what, call: Number(call), at: Number(at) };
  });
}

function mostAtOnce(times: { what: string }[]): number {
  let now = 0;
  return Math.max(...times.map(({ what }) => (what === 'begin' ? ++now : now--)));
}

const config = { concurrency: 8, retries: 4 };

/** Calls that have their place and their intent already when the service says so. */
const ON_THEIR_WAY = 250;

test('after "too many requests" nothing new starts for the named time, what is under way ends, and then it goes on', async () => {
  const generate = noting(
    `if (call === 3) throw new ProviderError('PROVIDER_RATE_LIMITED', 'slow', { retry: 'safely', retryAfter: 3000 });`,
  );
  await using shop = await createShop({ images, generate, config });
  // They come to their calls one after the other, with their places taken long before.
  const preload = delayAt({ name: 'rename', file: /ledger\.json$/ }, 150);
  const { code, output } = await shop.command(['generate'], { preload });
  expect([code, output]).toEqual([0, expect.stringContaining('16 images bought, 0 failed')]);
  const times = await timesOf(shop);
  const refused = times.find(({ what, call }) => what === 'end' && call === 3)!.at;
  const begins = times.filter(({ what }) => what === 'begin').map(({ at }) => at - refused);
  expect(begins.filter((at) => at <= ON_THEIR_WAY).length).toBeLessThanOrEqual(8);
  expect(begins.filter((at) => at > ON_THEIR_WAY && at < 2950)).toEqual([]);
  expect(times.filter(({ what, at }) => what === 'end' && at < refused + 2950).length, 'those under way ended').toBe(
    begins.filter((at) => at <= ON_THEIR_WAY).length,
  );
  expect(await shop.calls(), 'only the one is asked for again').toHaveLength(17);
});

test('after "too many requests" without a time there are fewer calls at once, and with each success more', async () => {
  const generate = noting(`
    await sleep(100);
    if (call <= 8) throw new ProviderError('PROVIDER_RATE_LIMITED', 'slow down', { retry: 'safely' });`);
  const many = Object.fromEntries([...names, ...names.map((name) => `${name}-b`)].map((name) => [name, name]));
  await using shop = await createShop({ images: many, generate, config: { ...config, budget: { maxImages: 99 } } });
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([0, expect.stringContaining('32 images bought, 0 failed')]);
  const times = await timesOf(shop);
  const after = times.slice(times.findIndex(({ what, call }) => what === 'begin' && call === 9));
  const slow = after.slice(
    0,
    after.findIndex(({ what }) => what === 'end'),
  );
  expect(slow.filter(({ call }) => call > 8).length, 'fewer').toBeLessThanOrEqual(6);
  expect(await shop.calls()).toHaveLength(40);
  expect(mostAtOnce(after)).toBeLessThanOrEqual(8);
});

test('a service that wants a long pause ends the run at once, for all, with one message', async () => {
  const generate = noting(`
    await sleep(300);
    throw new ProviderError('PROVIDER_RATE_LIMITED', 'come back tomorrow', { retry: 'safely', retryAfter: 600000 });`);
  await using shop = await createShop({ images, generate, config: { ...config, concurrency: 2 } });
  const { code, output } = await shop.command(['generate']);
  expect(code).toBe(1);
  expect(output.match(/\[PROVIDER_RATE_LIMITED\] come back tomorrow/g)).toHaveLength(1);
  expect(output).not.toMatch(STACK);
  expect(output).toContain('0 images bought, 16 failed');
  expect(await shop.calls()).toHaveLength(2);
});
