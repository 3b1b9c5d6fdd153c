import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BudgetLimits, type Run, startRun } from '../../src/purchase/budget.js';
import { type Ledger, openLedger, type RunKind } from '../../src/purchase/ledger.js';
import { STACK } from '../e2e/support/site.js';
import { run } from '../support/workspace.js';
import { createShop } from './shop.js';

const imagesOf = (...groups: string[]) =>
  Object.fromEntries(groups.flatMap((group) => [1, 2, 3, 4, 5, 6].map((n) => [`${group}-${n}`, `${group} ${n}`])));

test('commands that go on at once stay within the budget together', async () => {
  const generate = `while (!existsSync(folder + '/go')) await sleep(50); return { bytes: picture };`;
  const config = { budget: { maxImages: 10 }, concurrency: 8 };
  await using shop = await createShop({ images: imagesOf('barn', 'canal', 'dune'), generate, config });
  const runs = await Promise.all(['barn', 'canal', 'dune'].map((name) => shop.start(['generate', `src/${name}-*`])));
  let ended = 0;
  for (const { exited } of runs) exited.then(() => ended++);
  await Promise.all(runs.map((each) => each.waitFor(/6 to buy/)));
  // Either all of it is spent, or one has what it wants and nothing is left for any other.
  await vi.waitUntil(async () => ended === 2 || (await shop.calls()).length >= 10, { timeout: 20_000, interval: 50 });
  // Whoever is late finds nothing left.
  await sleep(1000);
  await shop.write('go', '');
  const codes = await Promise.all(runs.map(async ({ exited }) => (await exited).code));
  const calls = (await shop.calls()).length;
  expect(await shop.originals('.png')).toHaveLength(calls);
  expect([6, 10]).toContain(calls);
  expect(codes).toContain(1);
  for (const [index, each] of runs.entries()) {
    if (codes[index] === 1) expect(each.output()).toContain('[BUDGET_EXCEEDED]');
    expect(each.output()).not.toMatch(STACK);
  }
});

test('a run that was killed spends no more', async () => {
  const generate = `if (existsSync(folder + '/hang')) await new Promise(() => setInterval(() => {}, 1000)); return { bytes: picture };`;
  const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune', elm: 'An elm' };
  await using shop = await createShop({ images, generate, config: { budget: { maxImages: 2 } } });
  await shop.write('hang', '');
  await using killed = await shop.start(['generate', 'src/barn.image.json', 'src/canal.image.json']);
  await shop.called(2);
  const meanwhile = await shop.command(['generate', 'src/dune.image.json']);
  expect([meanwhile.code, meanwhile.output]).toEqual([1, expect.stringContaining('[BUDGET_EXCEEDED]')]);
  process.kill(-killed.pid, 'SIGKILL');
  await killed.exited;
  await shop.remove('hang');
  // Several look at the dead one at the same time, and none takes another's look for life.
  const others = await Promise.all(['dune', 'elm'].map((name) => shop.command(['generate', `src/${name}.image.json`])));
  for (const { code, output } of others) expect(code, output).toBe(0);
  expect((await shop.calls()).sort()).toEqual(['A barn', 'A canal', 'A dune', 'An elm']);
  expect(await shop.list('.prompt-image/.local/runs')).toEqual([]);
});

describe('a build counts', () => {
  const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune', elm: 'An elm' };
  const buildWith = async (failure: string) => {
    const main = Object.keys(images).map((name) => `import ${name} from './${name}.image.json'; console.log(${name});`);
    const generate = `if (request.prompt === 'A barn') ${failure}; return { bytes: picture };`;
    await using shop = await createShop({ images, generate, config: { budget: { maxImages: 2 }, concurrency: 1 } });
    await shop.write('src/main.js', main.join('\n'));
    await shop.write(
      'rollup.config.js',
      `import promptImage from 'unplugin-prompt-image/rollup';
       export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage()] };`,
    );
    const env = { PROMPT_IMAGE_BUY: '1' };
    const { output } = await run(process.execPath, [shop.bin('rollup'), '--config'], { cwd: shop.root, env });
    expect(output).not.toMatch(STACK);
    return { output, bought: (await shop.originals('.png')).length, calls: await shop.calls() };
  };

  test.concurrent.each([
    [
      'not what is certainly not billed',
      `throw new ProviderError('PROVIDER_UNAVAILABLE', 'down', { retry: 'safely' })`,
      2,
    ],
    [
      'not what the service asks to wait for',
      `throw new ProviderError('PROVIDER_RATE_LIMITED', 'busy', { retry: 'safely' })`,
      2,
    ],
    ['a refusal', `throw new ProviderError('PROVIDER_REFUSED', 'no')`, 1],
    ['an answer that did not come', `throw new ProviderError('PROVIDER_TIMEOUT', 'late', { retry: 'once' })`, 1],
  ])('%s', async (_, failure, bought) => {
    const built = await buildWith(failure);
    expect(built.bought, built.output).toBe(bought);
    expect(built.calls).toHaveLength(bought + 1);
    expect(built.output).toContain(`${3 - bought} image`);
  });
});

test('what has no known price is not bought on a budget in dollars', async () => {
  const images = { barn: { prompt: 'A barn', alt: '', model: 'somebody/else' } };
  await using shop = await createShop({ images, config: { budget: { maxCost: 100 } } });
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([1, expect.stringContaining('[BUDGET_EXCEEDED]')]);
  expect(output).toContain('price unknown');
  expect(await shop.calls()).toEqual([]);
});

test.each(['{', '{}', '{"version":1,"runs":{},"calls":[{}]}'])(
  'a ledger that is %s is told, and nothing is bought',
  async (text) => {
    await using shop = await createShop({ images: { barn: 'A barn' } });
    await shop.write('.prompt-image/.local/ledger.json', text);
    const { code, output } = await shop.command(['generate']);
    expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_CORRUPT]')]);
    expect(output).toContain(shop.path('.prompt-image/.local/ledger.json'));
    expect(output).not.toMatch(STACK);
    expect(await shop.calls()).toEqual([]);
  },
);

describe('in one ledger', () => {
  const HOUR = 3_600_000;
  const MODEL = 'gemini-3.1-flash-lite-image';
  let folder: string;
  let ledger: Ledger;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-04T12:30:00Z') });
    folder = await mkdtemp(join(tmpdir(), 'prompt-image-'));
    ledger = openLedger(folder);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(begun.splice(0).map((each) => each.end()));
    await rm(folder, { recursive: true });
  });

  const begun: Run[] = [];
  const begin = (kind: RunKind, limits: BudgetLimits = { maxImages: 3 }) => {
    const each = startRun(ledger, kind, limits, {});
    begun.push(each);
    return each;
  };
  const spend = async (runs: Run[], times: number) => {
    const spending = runs.flatMap((each) => Array.from({ length: times }, () => each.reserve(MODEL)));
    const settled = await Promise.allSettled(spending);
    for (const result of settled) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    }
    return settled.filter(({ status }) => status === 'fulfilled').length;
  };

  test('dev servers count together, however they end, and each call for a day', async () => {
    const first = begin('dev');
    expect(await spend([first], 2)).toBe(2);
    await first.end();
    const second = begin('dev');
    expect(await spend([second], 2), 'one is left').toBe(1);
    await second.end();
    const command = begin('command');
    expect(await spend([command], 1), 'it shares with what goes on, not with what has ended').toBe(1);
    await command.end();
    vi.setSystemTime(Date.now() + 24 * HOUR);
    expect(await spend([begin('dev')], 1)).toBe(0);
    vi.setSystemTime(Date.now() + 2 * HOUR);
    expect(await spend([begin('dev')], 4)).toBe(3);
  });

  test('what somebody confirmed in a dev server counts for nothing else', async () => {
    const [dev, confirmed] = [begin('dev'), begin('dev')];
    confirmed.lift();
    expect(await spend([confirmed], 5)).toBe(5);
    expect(await spend([dev], 2)).toBe(2);
    await confirmed.end();
    expect(await spend([dev], 2)).toBe(1);
  });

  test('nobody who looks at a dead run takes another who looks for the run', async () => {
    const calls = [{ run: 'dead', model: MODEL, hour: '2026-05-04T12:00:00.000Z', count: 3 }];
    const runs = { dead: { kind: 'command', maxImages: 3 } };
    await mkdir(join(folder, '.local', 'runs'), { recursive: true });
    await writeFile(join(folder, '.local', 'ledger.json'), JSON.stringify({ version: 1, runs, calls }));
    await writeFile(join(folder, '.local', 'runs', 'dead'), '');
    const looks = await Promise.all(Array.from({ length: 8 }, () => ledger.read()));
    expect(looks).toEqual(looks.map(() => ({ version: 1, runs: {}, calls: [] })));
  });

  test('a command and a build count for themselves', async () => {
    for (const kind of ['command', 'build', 'command'] as const) {
      const each = begin(kind);
      expect(await spend([each], 5)).toBe(3);
      await each.end();
    }
  });

  test('runs at once stay within the smallest budget', async () => {
    const runs = [begin('command', { maxImages: 9 }), begin('build', { maxImages: 5 }), begin('dev', { maxImages: 7 })];
    for (const each of runs) await each.reserve(MODEL);
    expect(await spend(runs, 5)).toBe(2);
    await runs[1]!.end();
    expect(await spend([runs[2]!], 5), 'the build’s were the build’s').toBeGreaterThan(0);
  });

  test.each([-1, 1])('a clock that was wrong by %i years blocks nobody for longer than a day', async (years) => {
    const now = Date.now();
    vi.setSystemTime(now + years * 365 * 24 * HOUR);
    const before = begin('dev');
    expect(await spend([before], 3)).toBe(3);
    vi.setSystemTime(now);
    expect(await spend([begin('dev')], 4)).toBe(3);
    await before.end();
  });

  test('a call that is taken back in another hour, or another run, leaves no less than nothing', async () => {
    const dev = begin('dev');
    const takeBack = await dev.reserve(MODEL);
    vi.setSystemTime(Date.now() + HOUR);
    await takeBack();
    await dev.end();
    await takeBack();
    expect(await spend([begin('dev')], 5)).toBe(3);
  });
});
