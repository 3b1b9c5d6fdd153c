import { appendFile, truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { bundlers, rollup, vite8 } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { cloneSite, createSite, type Site, STACK, startSmallGemini } from './support/site.js';

const CACHE = 'node_modules/.cache/prompt-image';
const images = { barn: 'A barn', canal: 'A canal' };
const buying = { PROMPT_IMAGE_BUY: '1' };

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

async function boughtSite(bundler = rollup): Promise<Site> {
  const site = await createSite(gemini, { bundler, images, consent: true });
  const { code, output } = await site.build();
  expect(code, output).toBe(0);
  await site.commit();
  return site;
}

/** Paths of an image's original and its record. */
async function originalOf(site: Site, name = 'barn') {
  const files = (await site.list('.prompt-image')).filter((file) => file.startsWith(`${name}-`));
  const [picture, record] = [files.find((file) => file.endsWith('.jpg')), files.find((file) => file.endsWith('.json'))];
  if (!picture || !record) throw new Error(`There is no original among ${files.join(', ')}`);
  return { picture: `.prompt-image/${picture}`, record: `.prompt-image/${record}`, stem: picture.replace('.jpg', '') };
}

type Damage = (site: Site, files: { picture: string; record: string }) => Promise<unknown>;
const editRecord =
  (edit: (record: string) => string): Damage =>
  async (site, { record }) =>
    site.write(record, edit(await site.read(record)));

const damages: [what: string, code: string, damage: Damage][] = [
  ['a truncated picture', 'CACHE_CORRUPT', (site, { picture }) => truncate(site.path(picture), 500)],
  ['an empty picture', 'CACHE_CORRUPT', (site, { picture }) => site.write(picture, '')],
  [
    'a picture with one other byte',
    'CACHE_CORRUPT',
    async (site, { picture }) => {
      const bytes = await site.readBytes(picture);
      bytes[300] = (bytes[300] ?? 0) ^ 1;
      await site.write(picture, bytes);
    },
  ],
  [
    'another picture',
    'CACHE_CORRUPT',
    async (site, { picture }) => {
      await site.write(picture, await site.readBytes((await originalOf(site, 'canal')).picture));
    },
  ],
  ['an edited record', 'CACHE_CORRUPT', editRecord((text) => text.replace('A barn', 'A bank'))],
  ['half a record', 'CACHE_CORRUPT', editRecord((text) => text.slice(0, text.length / 2))],
  [
    'a record in the middle of a merge',
    'CACHE_CORRUPT',
    editRecord((text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n`),
  ],
  ['a deleted picture', 'CACHE_ORPHAN', (site, { picture }) => site.remove(picture)],
  ['a deleted record', 'CACHE_ORPHAN', (site, { record }) => site.remove(record)],
];

describe('of an original', () => {
  let site: Site;
  beforeAll(async () => {
    site = await boughtSite();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** Nothing that anybody runs buys again. */
  async function expectRefusals(code: string): Promise<string> {
    const calls = gemini.requests.length;
    await site.remove('dist');
    const [built, generated, checked] = await Promise.all([
      site.build(buying),
      site.command(['generate']),
      site.command(['check']),
    ]);
    expect(built.code, built.output).toBe(1);
    expect(built.output.match(/\[CACHE_\w+\]/g)).toEqual([`[${code}]`]);
    expect(await site.list('dist')).toEqual([]);
    for (const { code: exit, output } of [generated, checked]) {
      expect(exit).toBe(1);
      expect(output).toContain(`[${code}]`);
      expect(output).not.toMatch(STACK);
    }
    expect(gemini.requests).toHaveLength(calls);
    return built.output;
  }

  test.each(damages)('%s is told, not bought again, and can be restored as told', async (_, code, damage) => {
    const original = await originalOf(site);
    await damage(site, original);
    const output = await expectRefusals(code);
    expect(output).toContain(`src/barn.image.json: the original .prompt-image/${original.stem} `);
    const [, command = ''] = /Bring both files back: (git restore -- '.*\.\*')/.exec(output) ?? [];
    expect(command).toContain(`${original.stem}.*`);
    expect(await run('sh', ['-c', command], { cwd: site.root })).toMatchObject({ code: 0, output: '' });
    expect((await site.build({ CI: 'true' })).code).toBe(0);
    expect(await site.git('status', '--porcelain')).toBe('');
  });

  test('a Git-LFS pointer is told with the command that brings the picture', async () => {
    const { picture } = await originalOf(site);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234\n`;
    await site.write(picture, pointer);
    expect(await expectRefusals('CACHE_LFS_POINTER')).toContain('git lfs pull');
    await site.git('checkout', '--', '.prompt-image');
  });

  test('a record of a later version asks for an update', async () => {
    await editRecord((text) => text.replace('"version": 1', '"version": 2'))(site, await originalOf(site));
    expect(await expectRefusals('CACHE_NEWER')).toContain('npm install unplugin-prompt-image@latest');
    await site.git('checkout', '--', '.prompt-image');
  });

  test('what is derived is made again, never shipped', async () => {
    await site.remove('dist');
    await site.build();
    const output = await site.hashTree('dist');
    const files = (await site.list(CACHE)).filter((file) => file.endsWith('.webp'));
    expect(files).toHaveLength(2);
    const [truncated = '', longer = ''] = files.map((file) => site.path(CACHE, file));
    await truncate(truncated, 100);
    await appendFile(longer, 'more');
    await site.remove('dist');
    expect((await site.build()).code).toBe(0);
    expect(await site.hashTree('dist')).toBe(output);
    // The damaged files are gone, not passed over each time.
    expect((await site.list(CACHE)).filter((file) => file.endsWith('.webp'))).toEqual(files);
    await site.remove('dist');
    expect((await site.build()).code).toBe(0);
    expect(await site.hashTree('dist')).toBe(output);
  });
});

test.each(bundlers.filter((bundler) => bundler !== rollup))('$name reports damage, too', async (bundler) => {
  await using site = await boughtSite(bundler);
  const calls = gemini.requests.length;
  await site.remove('dist');
  await truncate(site.path((await originalOf(site)).picture), 500);
  const { code, output } = await site.build(buying);
  expect(code).toBe(1);
  expect(output).toMatch(/\[CACHE_CORRUPT\] src\/barn\.image\.json: the original .* bytes instead of/);
  expect(output).toContain('git restore');
  expect(output).not.toMatch(STACK);
  expect(await site.list('dist')).toEqual([]);
  expect(gemini.requests).toHaveLength(calls);
});

test('the dev server tells of damage once, goes on, and recovers', async () => {
  await using site = await boughtSite(vite8);
  const calls = gemini.requests.length;
  await using dev = await startDev(site, { env: buying });
  const before = await dev.image('barn');
  const { picture } = await originalOf(site);
  await dev.logs(/\[CACHE_CORRUPT\]/, () => truncate(site.path(picture), 500));
  expect(await dev.image('barn')).toEqual(before);
  expect(await dev.image('canal')).toMatchObject({ width: 64 });
  await site.git('checkout', '--', '.prompt-image');
  await dev.logs(/image update \/src\/barn/, () => site.edit('barn', { prompt: 'A barn', alt: 'Again' }));
  expect(await dev.image('barn')).toEqual({ ...before, alt: 'Again' });
  expect(dev.output().match(/CACHE_CORRUPT/g)).toHaveLength(1);
  expect(gemini.requests).toHaveLength(calls);
});

test('two checkouts that bought the same picture merge without a conflict, and the older one serves', async () => {
  await using site = await createSite(gemini, { bundler: rollup, images, consent: true });
  await using other = await cloneSite(site, rollup);
  await other.write('.env.local', await site.read('.env.local'));
  for (const checkout of [site, other]) {
    expect((await checkout.build()).code).toBe(0);
    for (const [name, value] of [
      ['user.name', 'Test'],
      ['user.email', 'test@example.com'],
    ] as const) {
      await checkout.git('config', name, value);
    }
    await checkout.commit();
  }
  const first = await site.hashTree('dist');
  expect(await other.hashTree('dist')).not.toBe(first);
  await other.git('pull', '--quiet', '--no-rebase', '--no-edit', site.root, 'main');
  expect((await other.list('.prompt-image')).filter((file) => file.startsWith('barn-'))).toHaveLength(4);

  const calls = gemini.requests.length;
  await other.remove('dist');
  const { code, output } = await other.build();
  expect(code).toBe(0);
  expect(output).toContain('src/barn.image.json has 2 originals; barn-');
  expect(output).toContain('2 images: 2 reused, 0 bought');
  expect(await other.hashTree('dist')).toBe(first);
  const checked = await other.command(['check']);
  expect(checked.code).toBe(1);
  expect(checked.output.match(/\[CACHE_CONFLICT\] two pictures answer one prompt: barn-\S+, barn-\S+/g)).toHaveLength(
    1,
  );
  expect(checked.output.match(/\[CACHE_CONFLICT\]/g)).toHaveLength(2);
  expect(gemini.requests).toHaveLength(calls);
});
