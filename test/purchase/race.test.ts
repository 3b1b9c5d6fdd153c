import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { run, type Started } from '../support/workspace.js';
import { createShop, expectTidy } from './shop.js';

/** A platform for which there are no kernel locks. */
const withoutKernelLocks = `
  import { register } from 'node:module';
  const hooks = \`export const resolve = (specifier, context, next) => {
    if (specifier !== 'fs-native-extensions') return next(specifier, context);
    throw Object.assign(new Error('No ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
  }\`;
  register('data:text/javascript,' + encodeURIComponent(hooks));`;

/** A file system that has none, as some network shares. */
const withoutFileLocks = `
  import { register } from 'node:module';
  const stub = 'data:text/javascript,' + encodeURIComponent(
    'const tryLock = () => { throw Object.assign(new Error("No locks available"), { code: "ENOLCK" }); }; export default { tryLock, unlock: tryLock };');
  const hooks = \`export const resolve = (specifier, context, next) =>
    specifier === 'fs-native-extensions' ? { url: '\${stub}', shortCircuit: true } : next(specifier, context);\`;
  register('data:text/javascript,' + encodeURIComponent(hooks));`;

const locks = [
  ['kernel locks', undefined],
  ['claim files', withoutKernelLocks],
] as const;

const optionsOf = (preload: string | undefined) => (preload === undefined ? {} : { preload });
const kill = ({ pid }: Started) => process.kill(-pid, 'SIGKILL');
const hang = `if (existsSync(folder + '/hang')) await new Promise(() => setInterval(() => {}, 1000)); return { bytes: picture };`;

test.each([...locks, ['a file system without locks', withoutFileLocks] as const])(
  'four processes that want one picture at once make one call, with %s',
  async (_, preload) => {
    await using shop = await createShop({
      images: { barn: 'A barn', twin: 'A barn' },
      generate: 'await sleep(500); return { bytes: picture };',
    });
    const runs = await Promise.all(Array.from({ length: 4 }, () => shop.command(['generate'], optionsOf(preload))));
    for (const { code, output } of runs) expect(code, output).toBe(0);
    expect(await shop.calls()).toEqual(['A barn']);
    expect(await shop.originals('.png')).toHaveLength(1);
    const claims = (await shop.list('.prompt-image/.local/locks')).filter((file) => file.endsWith('.claim'));
    expect(claims).toEqual([]);
  },
);

test.each(locks)(
  'eight processes on an empty store make one call for each of forty keys, with %s',
  async (_, preload) => {
    const keys = Array.from({ length: 40 }, (_, index) => `Picture ${index}`);
    const twins = keys
      .filter((_, index) => index % 5 === 0)
      .map((prompt) => [`twin-${prompt.slice(8)}`, prompt] as const);
    await using shop = await createShop({
      images: Object.fromEntries([...keys.map((prompt) => [`image-${prompt.slice(8)}`, prompt] as const), ...twins]),
      generate: 'await sleep(20); return { bytes: picture };',
      // What others have just bought is planned all the same, and counts twice until it is found.
      config: { budget: { maxImages: 400 } },
    });
    const runs = await Promise.all(Array.from({ length: 8 }, () => shop.command(['generate'], optionsOf(preload))));
    for (const { code, output } of runs) expect(code, output).toBe(0);
    expect((await shop.calls()).sort()).toEqual(keys.toSorted());
    expect(await shop.originals('.png')).toHaveLength(40);
    expect(await shop.intents()).toEqual([]);
    const checked = await shop.command(['check', '--json']);
    expect(JSON.parse(checked.stdout), checked.output).toMatchObject({ errors: [] });
    expect(checked.code).toBe(0);
    await expectTidy(shop);
    expect(await shop.list('.prompt-image/.local/runs')).toEqual([]);
  },
  90_000,
);

test('a holder that is killed leaves its place to the one who waits', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: hang });
  await shop.write('hang', '');
  await using holder = await shop.start(['generate']);
  await shop.called(1);
  await shop.remove('hang');
  await using waiting = await shop.start(['generate']);
  await waiting.waitFor(/1 to buy/);
  kill(holder);
  await waiting.waitFor(/1 image bought/);
  expect(await shop.calls()).toHaveLength(2);
});

test('a claim of a dead process is told, never taken over', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: hang });
  await shop.write('hang', '');
  const preload = withoutKernelLocks;
  await using holder = await shop.start(['generate'], { preload });
  await shop.called(1);
  kill(holder);
  await holder.exited;
  await shop.remove('hang');
  const refused = await shop.command(['generate'], { preload });
  expect(refused.code).toBe(1);
  expect(refused.output).not.toMatch(STACK);
  const [, claim = ''] =
    /\[CACHE_LOCKED\] .*the process .* has ended[\s\S]* delete (\S+\.claim)$/m.exec(refused.output) ?? [];
  expect(await shop.calls()).toHaveLength(1);
  await run('rm', [claim]);
  expect((await shop.command(['generate'], { preload })).code).toBe(0);
  expect(await shop.calls()).toHaveLength(2);
});

test('one who waits for a lock can be stopped', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: hang });
  await shop.write('hang', '');
  await using holder = await shop.start(['generate']);
  await shop.called(1);
  await using waiting = await shop.start(['generate']);
  await waiting.waitFor(/1 to buy/);
  // The plan is printed just before the command begins to listen.
  await sleep(500);
  process.kill(waiting.pid, 'SIGINT');
  expect((await waiting.exited).code).toBe(1);
  expect(waiting.output()).toContain('0 images bought, 0 failed, 1 stopped');
  expect(waiting.output()).not.toMatch(STACK);
  expect(await shop.calls()).toHaveLength(1);
  kill(holder);
});

test('in one process, projects and repeated asking share one call', async () => {
  await using shop = await createShop({
    images: { barn: 'A barn', twin: 'A barn' },
    generate: 'await sleep(300); return { bytes: picture };',
  });
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const [one, other] = await Promise.all([createPromptImage(), createPromptImage()]);
    const reports = await Promise.all([one.generate(), other.generate(), one.generate()]);
    console.log(reports.flatMap(({ failed }) => failed).length);
    await Promise.all([one.dispose(), other.dispose()]);`;
  await shop.write('script.mjs', script);
  const { code, output } = await run(process.execPath, ['script.mjs'], { cwd: shop.root });
  expect([code, output]).toEqual([0, '0\n']);
  expect(await shop.calls()).toEqual(['A barn']);
});
