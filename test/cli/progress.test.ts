import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rollup } from '../e2e/support/bundlers.js';
import { createSite, STACK, startSmallGemini } from '../e2e/support/site.js';
import { startInTerminal } from '../e2e/support/terminal.js';
import { createShop, type Shop } from '../purchase/shop.js';

/** Milliseconds after which what is left takes more than no seconds. */
const LONG_ENOUGH = 1200;
const CTRL_C = '\x03';
/** What takes a line away from a terminal. */
const ERASE = '\x1b[1G\x1b[2K';

/** A shop that sells the first picture it is asked for once the file `1` is there, the second once `2` is. Which is first, the disk decides. */
const createSlowShop = (concurrency = 1): Promise<Shop> =>
  createShop({
    images: { barn: 'barn', canal: 'canal', dune: 'dune' },
    generate: `
      const turn = (globalThis.turns = (globalThis.turns ?? 0) + 1);
      while (!existsSync(folder + '/' + turn)) await sleep(20);
      return { bytes: picture };`,
    config: { concurrency },
  });

const startGenerate = (shop: Shop, command = ['generate']) => {
  const bin = shop.bin('unplugin-prompt-image', 'prompt-image');
  const env = { TERM: 'xterm', NO_COLOR: '1' };
  return startInTerminal(process.execPath, [bin, ...command], { cwd: shop.root, env });
};

test('on a terminal a line says how far it is, and goes away', async () => {
  await using shop = await createSlowShop();
  await using program = await startGenerate(shop);
  await program.waitFor(/ {2}0\/3 · buying …/);
  await sleep(LONG_ENOUGH);
  await shop.write('1', '');
  await program.waitFor(/✓ 1\/3 src\/\w+\.image\.json · ≈ \$0\.034 · \d+ s left\r\n/);
  await program.waitFor(/ {2}1\/3 · ≈ \$0\.034 · \d+ s left/);
  await shop.write('2', '');
  await shop.write('3', '');
  expect((await program.exited).code).toBe(0);
  expect(program.output()).toMatch(/3 images bought, 0 failed, 0 unchanged\. Commit what arrived\.\r\n$/);
  const stays = program
    .output()
    .split('\r\n')
    .map((line) => line.slice(line.lastIndexOf(ERASE) + 1));
  expect(stays.filter((line) => /\d\/3/.test(line) && !line.includes('✓'))).toEqual([]);
});

test('Ctrl-C stores what is under way and starts nothing more', async () => {
  await using shop = await createSlowShop();
  await using program = await startGenerate(shop);
  await shop.called(1);
  program.write(CTRL_C);
  await program.waitFor(/Stopping: what is under way is still stored\. Press Ctrl-C again to end now\./);
  await sleep(LONG_ENOUGH);
  await shop.write('1', '');
  expect((await program.exited).code).toBe(1);
  expect(program.output()).toMatch(/✓ 1\/3 src\/\w+\.image\.json/);
  expect(program.output()).toContain('1 image bought, 0 failed, 2 stopped, 0 unchanged. Commit what arrived.');
  expect(program.output()).not.toContain('[ABORTED]');
  expect(program.output()).not.toContain('s left');
  expect(program.output()).not.toMatch(STACK);
  expect(await shop.calls()).toHaveLength(1);
  expect(await shop.originals('.png')).toHaveLength(1);
});

test('the time that is left is told once as many came as are bought at once', async () => {
  await using shop = await createSlowShop(2);
  await using program = await startGenerate(shop);
  await shop.called(2);
  await sleep(LONG_ENOUGH);
  await shop.write('1', '');
  await program.waitFor(/✓ 1\/3 src\/\w+\.image\.json · ≈ \$0\.034\r\n/);
  await shop.called(3);
  await shop.write('2', '');
  await program.waitFor(/✓ 2\/3 src\/\w+\.image\.json · ≈ \$0\.067 · \d+ s left\r\n/);
  await shop.write('3', '');
  expect((await program.exited).code).toBe(0);
});

test('a second Ctrl-C ends at once, also of a purchase that was just agreed to', async () => {
  await using shop = await createSlowShop();
  await using program = await startGenerate(shop, ['add', 'src/elm', 'elm']);
  await program.waitFor(/Buy it/);
  program.write('y');
  await shop.called(1);
  program.write(CTRL_C);
  await program.waitFor(/Stopping/);
  program.write(CTRL_C);
  expect((await program.exited).code).toBe(130);
  expect(await shop.originals('.png')).toEqual([]);
});

test('elsewhere there are plain lines', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const { stdout } = await shop.command(['generate']);
  expect(stdout).not.toContain('\x1b');
  expect(stdout).toMatch(
    /^ {2}src\/barn\S+ {2}not bought yet\n1 to buy, ≈ \$0\.034\n✓ 1\/1 src\/barn\S+ · ≈ \$0\.034\n1 image bought/,
  );
});

test('colours are decided for each stream', async () => {
  await using shop = await createShop({ images: { barn: { prompt: 'A barn', model: 'none' } } });
  const bin = shop.bin('unplugin-prompt-image', 'prompt-image');
  const words = ['sh', ['-c', `"${process.execPath}" "${bin}" status > out.txt`]] as const;
  await using program = await startInTerminal(...words, {
    cwd: shop.root,
    env: { TERM: 'xterm', NO_COLOR: undefined },
  });
  await program.exited;
  expect(program.output()).toContain('\x1b[33m! The model "none" is not known');
  expect(await shop.read('out.txt')).toBe('● src/barn.image.json  not bought yet\n1 image: 1 missing\n');
});

test('the plan tells what the next build makes for nothing', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { bundler: rollup, images: { barn: 'A barn', canal: 'A canal' } });
  const plan = async () => (await site.command(['generate', '--dry-run'])).stdout.trimEnd().split('\n').at(-1);
  await site.command(['generate']);
  expect(await plan()).toBe('0 to buy · 2 to reprocess (free)');
  expect((await site.build()).code).toBe(0);
  expect(await plan()).toBe('0 to buy · 2 unchanged');
  await site.edit('barn', { prompt: 'A barn', alt: '', output: { placeholder: 'blur' } });
  await site.edit('dune', 'A dune');
  expect(await plan()).toBe('1 to buy · 1 to reprocess (free) · 1 unchanged, ≈ $0.034');
});
