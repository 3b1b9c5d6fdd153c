import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { run } from '../support/workspace.js';
import { failAt, fillUp, PICTURE_NAMED } from './faults.js';
import { createShop, expectStored, expectTidy } from './shop.js';

/** Bytes that there is room for: nothing, and so on until it is enough for all that a purchase writes. */
const rooms = Array.from({ length: 9 }, (_, index) => index * 400);

test.concurrent.each(rooms)('with room for %i bytes nothing is lost or bought twice', async (room) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const { code, output } = await shop.command(['generate'], { preload: fillUp(/\.prompt-image/, room) });
  expect(output).not.toMatch(STACK);
  const isStored = (await shop.originals('.json')).length === 1;
  expect(code, output).toBe(isStored ? 0 : 1);
  if (!isStored) {
    expect(output).toContain('[CACHE_UNWRITABLE] src/barn.image.json: ');
    // Never more than was said.
    expect(await shop.calls()).toHaveLength(output.includes('Nothing was asked for.') ? 0 : 1);
  }
  const [, from, to] = /The picture was paid for, and is in (\S+)\. Move it to (\S+): the next/.exec(output) ?? [];
  if (from !== undefined && to !== undefined) {
    await run('mv', [from, to]);
    await rm(dirname(from), { recursive: true });
  }
  const next = await shop.command(['generate']);
  expect(next.code, next.output).toBe(0);
  expect(next.output).not.toContain('billed');
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

test('a limit of the kernel’s is told, too', async () => {
  const generate = `return { bytes: Buffer.concat([picture, Buffer.alloc(100_000)]) };`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  const command = [shop.bin('unplugin-prompt-image', 'prompt-image'), 'generate'];
  const limited = ['--fsize=20000', process.execPath, ...command];
  const { code, output } = await run('prlimit', limited, { cwd: shop.root });
  expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_UNWRITABLE]')]);
  expect(output).toContain('The picture was paid for, and there was no place to keep it.');
  expect(output).not.toMatch(STACK);
  expect(await shop.originals('.png')).toEqual([]);
  expect(await shop.calls()).toHaveLength(1);
  await expectTidy(shop);
  const next = await shop.command(['generate']);
  expect([next.code, next.output]).toEqual([0, expect.stringContaining('possibly billed twice')]);
});

test('to ask again is no way around a disk on which nothing can be kept', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const preload = failAt('EROFS', { ...PICTURE_NAMED, lasting: true });
  for (const options of [[], ['--retry'], ['--retry']]) {
    const { code, output } = await shop.command(['generate', ...options], { preload });
    expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_UNWRITABLE]')]);
  }
  expect(await shop.calls()).toHaveLength(1);
  expect((await shop.command(['generate', '--retry'])).code).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});
