import { truncate } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Shop } from '../purchase/shop.js';
import { createCuratedShop, createMergedShop, edit, pruned, records } from './curated.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune' };

/** Stems by the image that they were bought for. */
async function stemsFor(shop: Shop, name: string): Promise<string[]> {
  const all = [...(await records(shop))].filter(([, record]) => record.for === `src/${name}.image.json`);
  return all.map(([stem]) => stem);
}

test('lists what no manifest uses and changes nothing; with --yes it is moved, with --purge gone', async () => {
  await using shop = await createCuratedShop({ images });
  await shop.remove('src/canal.image.json');
  await shop.command(['reroll', 'src/dune.image.json']);
  // Stale: its last picture is used.
  await edit(shop, 'barn', { prompt: 'A red barn' });
  const [unused = ''] = await stemsFor(shop, 'canal');
  const before = await shop.hashTree('.');
  const listed = await shop.command(['prune']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(
    new RegExp(`^ {2}${unused} {2}bought for src/canal\\.image\\.json, \\d\\.\\d kB\n1 original `),
  );
  expect(listed.stdout).toMatch(
    /not used, 3 kept, 1 other take among them\. To move them away: npx prompt-image prune --yes\n$/,
  );
  expect(await shop.hashTree('.')).toBe(before);

  const bytes = await shop.readBytes(`.prompt-image/${unused}.png`);
  const moved = await shop.command(['prune', '--yes']);
  expect([moved.code, moved.stdout.split('\n').at(-2)]).toEqual([
    0,
    expect.stringMatching(/^1 original \(\d\.\d kB\) moved to \.local\/pruned, 3 kept, .*Commit that they are gone\.$/),
  ]);
  expect(await pruned(shop)).toEqual([`${unused}.json`, `${unused}.png`]);
  expect(await shop.readBytes(`.prompt-image/.local/pruned/${unused}.png`)).toEqual(bytes);
  expect(await shop.originals('.json')).toHaveLength(3);
  expect((await shop.command(['status'])).stdout).toContain('2 images: 1 ok, 1 stale');
  expect((await shop.command(['prune'])).stdout).toBe('Nothing to prune: 3 kept, 1 other take among them.\n');

  await shop.write('.prompt-image/.local/pruned/notes.txt', 'mine');
  const asked = await shop.command(['prune', '--purge']);
  expect([asked.code, asked.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^1 original \(\d\.\d kB\) in \.local\/pruned\. Nothing was deleted\. To delete it: .*--purge --yes\n$/,
    ),
  ]);
  expect(await pruned(shop)).toHaveLength(3);
  expect((await shop.command(['prune', '--purge', '--yes'])).stdout).toMatch(
    /^1 original \(\d\.\d kB\) in \.local\/pruned deleted\.\n$/,
  );
  expect(await pruned(shop)).toEqual(['notes.txt']);
  expect((await shop.command(['prune', '--purge'])).stdout).toBe('There is nothing in .local/pruned.\n');
  expect(await shop.originals('.json')).toHaveLength(3);
});

test('with --takes the other takes go, too, and what git does not have is said', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  await shop.command(['reroll', 'src/barn.image.json']);
  const takes = (await stemsFor(shop, 'barn')).filter((stem) => /^barn-[a-z0-9]{4}-/.test(stem));
  const { stdout } = await shop.command(['prune', '--takes', '--json']);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    command: 'prune',
    errors: [],
    unused: [
      { original: takes[0], for: 'src/barn.image.json', bytes: expect.any(Number), isTake: true, isTracked: false },
    ],
    damaged: [],
    done: false,
  });
  const moved = await shop.command(['prune', '--takes', '--yes']);
  expect(moved.stdout).toMatch(
    /^ {2}barn-\w{4}-\S+ {2}another take of src\/barn\.image\.json, \d\.\d kB {2}not committed$/m,
  );
  expect(await pruned(shop)).toContain(`${takes[0]}.png`);
  expect((await shop.command(['check'])).stdout).toBe('1 image checked: all in order\n');
});

test('what git ignores is not committed', async () => {
  await using shop = await createCuratedShop({
    images: { barn: 'A barn', canal: 'A canal' },
    config: { commit: false },
  });
  expect((await shop.command(['prune', '--json'])).stdout).toContain('"unused": []');
  await shop.remove('src/canal.image.json');
  expect((await shop.command(['prune', '--json'])).stdout).toContain('"isTracked": true');
  await shop.write('.gitignore', '.prompt-image\n');
  expect((await shop.command(['prune', '--json'])).stdout).toContain('"isTracked": false');
});

test('rivals of a picture that is used are left for pick to settle; of one that is not, all go', async () => {
  await using shop = await createMergedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  await shop.remove('src/canal.image.json');
  expect((await shop.command(['check'])).stderr).toContain('No manifest uses them. Run: npx prompt-image prune\n');
  expect((await shop.command(['prune', '--yes'])).stdout).toContain('2 originals');
  expect((await pruned(shop)).filter((file) => file.startsWith('canal-'))).toHaveLength(4);
  expect(await stemsFor(shop, 'barn')).toHaveLength(2);
});

/** Where the system does not let anyone look. */
const hiddenSources = `
  import fs from 'node:fs';
  const real = fs.readdir;
  fs.readdir = (path, options, done) =>
    /src$/.test(path)
      ? done(Object.assign(new Error("EACCES: permission denied, scandir '" + path + "'"), { code: 'EACCES', syscall: 'scandir' }))
      : real(path, options, done);`;

const failsToList = `
  import promises from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  const real = promises.readdir;
  promises.readdir = async (path, ...rest) => {
    if (/\\.prompt-image$/.test(path)) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: 'scandir' });
    return real(path, ...rest);
  };
  syncBuiltinESMExports();`;

type Trouble = (shop: Shop) => Promise<unknown>;
const troubles: [what: string, words: string, make: Trouble, preload?: string][] = [
  [
    'there is no manifest',
    '[PRUNE_REFUSED] there is no manifest here',
    async (shop) => {
      for (const name of Object.keys(images)) await shop.remove(`src/${name}.image.json`);
    },
  ],
  [
    'a manifest cannot be parsed',
    '[MANIFEST_INVALID] src/barn.image.json:1:2',
    (shop) => shop.write('src/barn.image.json', '{'),
  ],
  [
    'a reference is missing',
    '[REFERENCE_NOT_FOUND] src/barn.image.json',
    (shop) => edit(shop, 'barn', { prompt: 'A barn', references: ['./photo.jpg'] }),
  ],
  ['the manifests cannot be listed', 'EACCES: permission denied, scandir', async () => {}, hiddenSources],
  [
    'the originals cannot be listed',
    '[CACHE_CORRUPT] the folder of the originals cannot be listed',
    async () => {},
    failsToList,
  ],
];

test('it refuses where it cannot know what is used', async () => {
  await using shop = await createCuratedShop({ images });
  await shop.remove('src/canal.image.json');
  const originals = await shop.originals('');
  for (const [what, words, make, preload] of troubles) {
    await shop.git('checkout', '--', 'src/barn.image.json', 'src/dune.image.json');
    await make(shop);
    const { code, stdout, stderr } = await shop.command(['prune', '--yes'], preload === undefined ? {} : { preload });
    expect([code, stdout], what).toEqual([1, '']);
    expect(stderr, what).toContain(words);
    expect(await shop.originals(''), what).toEqual(originals);
    expect(await pruned(shop), what).toEqual([]);
  }
});

test('a damaged original is left alone and named; others go', async () => {
  await using shop = await createCuratedShop({ images });
  for (const name of ['canal', 'dune']) await shop.remove(`src/${name}.image.json`);
  const [[damaged = ''], [unused = '']] = [await stemsFor(shop, 'canal'), await stemsFor(shop, 'dune')];
  await truncate(shop.path(`.prompt-image/${damaged}.png`), 20);
  const { code, stderr } = await shop.command(['prune', '--yes']);
  expect(code).toBe(0);
  expect(stderr).toContain(
    `! Left alone: [CACHE_CORRUPT] the original .prompt-image/${damaged} has 20 bytes instead of`,
  );
  expect(await pruned(shop)).toEqual([`${unused}.json`, `${unused}.png`]);
  expect(await shop.originals('.png')).toContain(`${damaged}.png`);
});

test('the picture of a manifest that the config leaves out stays: it can be imported all the same', async () => {
  await using shop = await createCuratedShop({ images });
  const config = await shop.read('prompt-image.config.mjs');
  await shop.write('prompt-image.config.mjs', config.replace('retries: 0', "retries: 0, include: ['src/barn.*']"));
  const { code, stdout } = await shop.command(['prune', '--yes']);
  expect(code).toBe(0);
  expect(await shop.originals('.json'), stdout).toHaveLength(3);
});
