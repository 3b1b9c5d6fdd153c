import { truncate } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { createShop, expectTidy, type Shop } from './shop.js';

const names = ['barn', 'canal', 'dune', 'elm', 'farm', 'gate', 'hill', 'inn'];
const addressOf = (name: string) => `src/${name}.image.json`;

/** Paths of the two files of an image. */
async function filesOf(shop: Shop, name: string): Promise<{ picture: string; record: string }> {
  const find = async (end: string) => {
    const file = (await shop.originals(end)).find((each) => each.startsWith(`${name}-`));
    return `.prompt-image/${file}`;
  };
  return { picture: await find('.png'), record: await find('.json') };
}

test('what is damaged is put aside and bought anew; what is whole, elsewhere or newer is not', async () => {
  const pictures = `Buffer.concat([picture, Buffer.from(request.prompt + (globalThis.count = (globalThis.count ?? Date.now()) + 1))])`;
  await using shop = await createShop({
    images: Object.fromEntries(names.map((name) => [name, `A ${name}`])),
    generate: `return { bytes: ${pictures} };`,
  });
  const bought = await shop.command(['generate']);
  expect(bought.code, bought.output).toBe(0);
  const at = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await filesOf(shop, name)] as const)),
  );
  const { barn, canal, dune, elm, farm, gate, inn } = at as Record<string, { picture: string; record: string }>;

  // Damage: bought anew, and every byte of it kept.
  await truncate(shop.path(barn!.picture), 50);
  await shop.write(canal!.record, (await shop.read(canal!.record)).replace('A canal', 'A kanal'));
  await shop.remove(dune!.record);
  await shop.remove(elm!.picture);
  // No damage: a pointer, a later version, a picture that may not be read, and one that is whole.
  await shop.write(farm!.picture, `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`);
  await shop.write(gate!.record, (await shop.read(gate!.record)).replace('"version": 1', '"version": 2'));
  await shop.remove(inn!.picture);
  await shop.write(`${inn!.picture}/file`, 'in a folder of that name');
  const before = await shop.hashTree('.prompt-image');
  const refusals = [
    ['farm', 'CACHE_LFS_POINTER', 'git lfs pull'],
    ['gate', 'CACHE_NEWER', 'npm install'],
    ['hill', 'CACHE_WHOLE', 'npx prompt-image reroll src/hill.image.json'],
    ['inn', 'CACHE_UNREADABLE', 'cannot be read'],
  ];
  for (const [name = '', code, words] of refusals) {
    const { code: exit, output } = await shop.command(['generate', '--replace', addressOf(name)]);
    expect([name, exit, output]).toEqual([name, 1, expect.stringContaining(`[${code}]`)]);
    expect(output).toContain(words);
    expect(output).not.toMatch(STACK);
  }
  expect(await shop.hashTree('.prompt-image')).toBe(before);
  expect(await shop.calls()).toHaveLength(names.length);

  const aside: string[] = [];
  for (const [name, kept] of [
    ['barn', ['picture', 'record']],
    ['canal', ['picture', 'record']],
    ['dune', ['picture']],
    ['elm', ['record']],
  ] as const) {
    const files = kept.map((file) => at[name]![file]);
    const bytes = await Promise.all(files.map(shop.readBytes));
    const { code, output } = await shop.command(['generate', '--replace', addressOf(name)]);
    expect([code, output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
    const moved = files.map((file) => file.replace('.prompt-image/', '.prompt-image/.local/quarantine/'));
    for (const file of files) expect(output).toContain(`${file.slice(14)} moved to .local/quarantine`);
    expect(await Promise.all(moved.map(shop.readBytes))).toEqual(bytes);
    aside.push(...moved.map((file) => file.slice('.prompt-image/.local/quarantine/'.length)));
  }
  expect((await shop.calls()).slice(names.length)).toEqual(['A barn', 'A canal', 'A dune', 'A elm']);
  expect(await shop.list('.prompt-image/.local/quarantine')).toEqual(aside.sort());
  const { code, output } = await shop.command(['check']);
  expect(code).toBe(1);
  expect([...new Set(output.match(/\[CACHE_\w+\]/g))].sort()).toEqual([
    '[CACHE_LFS_POINTER]',
    '[CACHE_NEWER]',
    '[CACHE_UNREADABLE]',
  ]);
  for (const name of ['barn', 'canal', 'dune', 'elm']) expect(output).not.toContain(`${name}-`);
  await expectTidy(shop);
});
