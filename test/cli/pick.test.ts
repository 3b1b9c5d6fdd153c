import { chmod, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/request.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { createCuratedShop, createMergedShop, edit, pruned, records } from './curated.js';

const BARN = 'src/barn.image.json';

async function reroll(shop: Shop): Promise<string> {
  const { stdout } = await shop.command(['reroll', BARN, '--json']);
  return (JSON.parse(stdout) as { takes: [{ take: string }] }).takes[0].take;
}

test('writes the take into the manifest and nothing else, and back', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const before = '{\r\n\t"prompt": "A barn",\r\n\t"alt": "", "output": { "widths": [8,  16] }\r\n}';
  await shop.write(BARN, before);
  await chmod(shop.path(BARN), 0o604);
  const take = await reroll(shop);

  const { code, stdout, stderr } = await shop.command(['pick', BARN, take]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^-\t"alt": "".*\r?\n\+\t"alt": "".*,\r?\n\+\t"take": "\w+"\r?$/m);
  expect(stdout).toContain(`${BARN} has take ${take} now.`);
  expect(await shop.read(BARN)).toBe(before.replace(' }\r\n}', ` },\r\n\t"take": "${take}"\r\n}`));
  expect((await stat(shop.path(BARN))).mode & 0o777).toBe(0o604);
  expect((await shop.command(['check'])).code).toBe(0);
  expect((await shop.command(['pick', BARN, take])).stdout).toBe(`${BARN} has take ${take} already.\n`);

  const back = await shop.command(['pick', BARN, '1', '--json']);
  const [first = ''] = [...(await records(shop)).keys()];
  expect(JSON.parse(back.stdout)).toEqual({
    version: 1,
    command: 'pick',
    errors: [],
    address: BARN,
    take: 1,
    original: first,
    diff: expect.stringContaining(`-\t"take": "${take}"`),
    retired: [],
  });
  expect(await shop.read(BARN)).toBe(before);
  expect(await shop.list('src')).toEqual(['barn.image.json']);
  expect(await shop.calls()).toHaveLength(2);
});

test('a take that was not bought for the present prompt is an error that names those that were', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const take = await reroll(shop);
  const before = await shop.read(BARN);
  const unknown = await shop.command(['pick', BARN, 'zzz']);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toBe(
    `[IMAGE_MISSING] ${BARN}: take zzz was not bought\nTakes that exist of the present prompt: 1, ${take}.\n`,
  );
  expect(await shop.read(BARN)).toBe(before);

  await edit(shop, 'barn', { prompt: 'A red barn' });
  const older = await shop.command(['pick', BARN, take]);
  expect(older.code).toBe(1);
  expect(older.stderr).toContain(`take ${take} was bought for an older prompt: prompt changed\n`);
  expect(older.stderr).toContain(`Run: npx prompt-image generate ${BARN}`);
});

test('a take that somebody mistyped is stale, and the plan names those that exist', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const take = await reroll(shop);
  await edit(shop, 'barn', { prompt: 'A barn', take: 'k3f0' });
  const words = `take k3f0 was not bought; takes that exist: 1, ${take}`;
  expect((await shop.command(['status'])).stdout).toContain(`● ${BARN}  ${words}\n`);
  expect((await shop.command(['generate', '--dry-run'])).stdout).toContain(`  ${BARN}  ${words}\n`);
  const { code, stderr } = await shop.command(['check']);
  expect([code, stderr.split('\n')[0]]).toEqual([1, `[IMAGE_MISSING] ${BARN}: is stale: ${words}`]);
  expect(await shop.calls()).toHaveLength(2);
});

test('a wrong use is told', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  for (const args of [[], ['1', '--original', 'abcdef12'], ['K3F9'], ['0'], ['--original', 'x']]) {
    expect(await shop.command(['pick', BARN, ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
  }
});

test('two branches that bought the same merge without a conflict of git, and pick settles which picture serves', async () => {
  await using shop = await createMergedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  const checked = await shop.command(['check']);
  expect(checked.code).toBe(1);
  const commands = [...checked.stderr.matchAll(/npx prompt-image (pick src\/barn\S+ --original [0-9a-f]{8})$/gm)];
  expect(commands).toHaveLength(2);
  expect(checked.stderr.match(/\[CACHE_CONFLICT\]/g)).toHaveLength(2);

  // The younger one, which does not serve by itself.
  const [, words = ''] = commands[1] ?? [];
  const sha8 = words.slice(-8);
  const { code, stdout } = await shop.command(words.split(' '));
  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^barn-[0-9a-f]{16}-${sha8} serves\\. 1 other moved\\. Commit that they are gone\\.$`, 'm'),
  );
  const [left, ...more] = (await shop.originals('.png')).filter((file) => file.startsWith('barn-'));
  expect([left?.slice(-12), more]).toEqual([`${sha8}.png`, []]);
  const moved = await pruned(shop);
  expect(moved).toEqual([expect.stringMatching(/^barn-.*\.json$/), expect.stringMatching(/^barn-.*\.png$/)]);
  const bytes = await shop.readBytes(`.prompt-image/.local/pruned/${moved[1]}`);
  expect(moved[1]).toContain(sha256(bytes).slice(0, 8));

  expect((await shop.command(['check'])).stderr.match(/\[\w+\]/g)).toEqual(['[CACHE_CONFLICT]']);
  const canal = [...(await records(shop)).keys()].find((stem) => stem.startsWith('canal-'));
  const settled = await shop.command(['pick', 'src/canal.image.json', '--original', canal?.slice(-8) ?? '', '--json']);
  expect(JSON.parse(settled.stdout)).toMatchObject({ original: canal, retired: [expect.stringMatching(/^canal-/)] });
  expect(await shop.command(['check'])).toMatchObject({ code: 0, stdout: '2 images checked: all in order\n' });
  const again = await shop.command(words.split(' '));
  expect([again.code, again.stdout]).toEqual([0, `${left?.replace('.png', '')} serves. There is no other.\n`]);
});

test('digits of no original are told, with those that there are', async () => {
  await using shop = await createMergedShop({ images: { barn: 'A barn' } });
  const { code, stderr } = await shop.command(['pick', BARN, '--original', '00000000']);
  expect(code).toBe(1);
  for (const stem of (await records(shop)).keys()) {
    expect(stderr).toMatch(new RegExp(`^ {2}${stem.slice(-8)} {2}of \\d{4}-\\d\\d-\\d\\d: ${stem}$`, 'm'));
  }
  expect(await pruned(shop)).toEqual([]);
});

test('a conflict of a take that the manifest does not name is settled, too', async () => {
  await using shop = await createMergedShop({ images: { barn: { prompt: 'A barn', alt: '', take: 2 } } });
  await edit(shop, 'barn', { prompt: 'A barn', take: 1 });
  await shop.command(['generate']);
  const { stderr } = await shop.command(['check']);
  const [, words = ''] = /npx prompt-image (pick \S+ --original \S+)/.exec(stderr) ?? [];
  expect((await shop.command(words.split(' '))).code).toBe(0);
  expect((await shop.command(['check'])).code).toBe(0);
});

/** What settling does, step by step: which function of node:fs/promises, on which file. */
const steps = [
  ['rename', /pruned\/barn-[0-9a-f-]+\.png$/],
  ['rename', /pruned\/barn-[0-9a-f-]+\.json$/],
  ['unlink', /\.prompt-image\/barn-[0-9a-f-]+\.png$/],
  ['unlink', /\.prompt-image\/barn-[0-9a-f-]+\.json$/],
] as const;

const dieBefore = (name: string, file: RegExp) => `
  import promises from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  const real = promises.${name};
  promises.${name} = async (...paths) => {
    if (${file}.test(paths.at(-1))) process.kill(process.pid, 'SIGKILL');
    return real(...paths);
  };
  syncBuiltinESMExports();`;

test('killed between any two steps, nothing is lost, and the next pick or prune goes on', async () => {
  await using shop = await createMergedShop({ images: { barn: 'A barn' } });
  const stems = [...(await records(shop)).keys()];
  const settle = ['pick', BARN, '--original', stems[0]?.slice(-8) ?? ''];
  for (const [name, file] of steps) {
    // Where the record is the only thing left, prune finishes, too; a conflict it leaves to pick.
    const isHalf = name === 'unlink' && file.source.includes('json');
    for (const next of isHalf ? [settle, ['prune', '--yes']] : [settle]) {
      await shop.git('checkout', '--', '.prompt-image');
      await shop.remove('.prompt-image/.local/pruned');
      expect((await shop.command(settle, { preload: dieBefore(name, file) })).signal).toBe('SIGKILL');
      const there = [...(await shop.originals('.png')), ...(await pruned(shop))];
      for (const stem of stems) expect(there, `${name} ${file}`).toContain(`${stem}.png`);
      const { code, output } = await shop.command(next);
      expect(code, output).toBe(0);
      expect(await shop.command(['check']), `${name} ${file}`).toMatchObject({ code: 0 });
      expect(await pruned(shop)).toContain(`${stems[1]}.png`);
    }
  }
  expect(await shop.calls()).toHaveLength(2);
}, 120_000);

test('half an original that nobody moved away, or that is needed, stays an error', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const [picture = ''] = await shop.originals('.png');
  const [record = ''] = await shop.originals('.json');
  const expectLeft = async () => {
    await shop.command(['prune', '--yes']);
    await shop.command(['prune', '--purge', '--yes']);
    const { code, stderr } = await shop.command(['pick', BARN, '--original', picture.slice(-12, -4)]);
    expect([code, stderr.slice(0, 14)]).toEqual([1, '[CACHE_ORPHAN]']);
    expect(await shop.originals('.json')).toEqual([record]);
  };
  const bytes = await shop.readBytes(`.prompt-image/${picture}`);
  await shop.remove(`.prompt-image/${picture}`);
  await expectLeft();
  // Once pruned, and back since.
  await shop.write(`.prompt-image/.local/pruned/${picture}`, bytes);
  await shop.write(`.prompt-image/.local/pruned/${record}`, await shop.read(`.prompt-image/${record}`));
  await expectLeft();
  expect(await pruned(shop)).toEqual([record, picture]);
});

test('a take that was pruned comes back for nothing', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const { stdout } = await shop.command(['reroll', 'src/barn.image.json']);
  const [, take = ''] = /"take": "(\w+)"/.exec(stdout) ?? [];
  await shop.command(['prune', '--takes', '--yes']);
  expect(await shop.originals('.json')).toHaveLength(1);
  const { code, output } = await shop.command(['pick', 'src/barn.image.json', take]);
  expect(code, output).toBe(0);
  expect(await shop.originals('.json')).toHaveLength(2);
  expect(await shop.calls()).toHaveLength(2);
});
