import { readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openOriginals } from '../../src/originals/originals.js';
import { renderRecord } from '../../src/originals/record.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';
import { barn, pictureOf } from './records.js';

let workspace: Workspace;
let folder: string;
beforeEach(async () => {
  workspace = await createWorkspace();
  const { [Symbol.asyncDispose]: dispose } = workspace;
  onTestFinished(() => dispose());
  folder = workspace.path('.prompt-image');
});

const picture = pictureOf('barn');
const { key } = barn();

async function failureOf(running: Promise<unknown>): Promise<{ code?: string; message: string }> {
  return running.then(
    () => expect.fail('it succeeded'),
    (error: Error) => error,
  );
}

/** Stores one, and gives the paths of its two files. */
async function stored(): Promise<{ picture: string; record: string; stem: string }> {
  const { path, stem } = await openOriginals(folder).add(picture, barn());
  return { picture: path, record: path.replace('.png', '.json'), stem };
}

describe('storing', () => {
  test('gives both files, what git must know, and nothing else', async () => {
    const originals = openOriginals(folder);
    const { stem } = await originals.add(picture, barn());
    expect(stem).toMatch(new RegExp(`^barn-${key.slice(0, 16)}-[0-9a-f]{8}$`));
    expect((await readdir(folder)).sort()).toEqual(['.gitattributes', '.gitignore', `${stem}.json`, `${stem}.png`]);
    expect(await originals.find(key)).toMatchObject({ stem, rivals: [] });
    expect(await openOriginals(folder).find(key)).toMatchObject({ stem, record: barn() });
  });

  test('the same bytes again leave the first record as it is', async () => {
    const originals = openOriginals(folder);
    const { path } = await originals.add(picture, barn());
    const before = await stat(path);
    const again = await originals.add(picture, barn(picture, { createdAt: '2027-01-01T00:00:00Z', caption: 'Other' }));
    expect(again.record).toMatchObject({ createdAt: barn().createdAt, caption: barn().caption });
    expect((await stat(path)).ino).toBe(before.ino);
    expect(await originals.stems()).toHaveLength(1);
  });

  test('what a user wrote into the folder stays', async () => {
    await workspace.write('.prompt-image/.gitignore', '');
    await workspace.write('.prompt-image/.gitattributes', '*.png filter=lfs\n');
    await stored();
    expect(await workspace.read('.prompt-image/.gitignore')).toBe('');
    expect(await workspace.read('.prompt-image/.gitattributes')).toBe('*.png filter=lfs\n');
  });

  test('at once, from several sides, it is one picture', async () => {
    const times = Array.from({ length: 8 }, (_, index) => `2026-01-0${index + 1}T00:00:00Z`);
    const added = await Promise.all(
      times.map((createdAt) => openOriginals(folder).add(picture, barn(picture, { createdAt }))),
    );
    expect(new Set(added.map(({ record }) => record.createdAt)).size).toBe(1);
    expect(await openOriginals(folder).stems()).toHaveLength(1);
  });

  test('a damaged file under its name is told, and left alone', async () => {
    const files = await stored();
    await writeFile(files.picture, 'half');
    const failure = await failureOf(openOriginals(folder).add(picture, barn()));
    expect(failure).toMatchObject({ code: 'CACHE_CORRUPT' });
    expect(failure.message).toContain('git restore');
    expect(await readFile(files.picture, 'utf8')).toBe('half');
  });

  test('a record that could not be read back is not written', async () => {
    const wrong = { ...barn(), key: '0'.repeat(64) };
    await failureOf(openOriginals(folder).add(picture, wrong));
    expect(await workspace.list()).toEqual(['package.json']);
  });
});

describe('only a confirmed absence is a miss', () => {
  test('no folder, an empty one, other names', async () => {
    expect(await openOriginals(folder).find(key)).toBeUndefined();
    const { stem } = await stored();
    for (const name of ['README.md', `${stem}.png.orig`, `${stem.toUpperCase()}.png`, `.tmp-${stem}.png-00`, '.png']) {
      await workspace.write(`.prompt-image/${name}`, '');
    }
    expect(await openOriginals(folder).stems()).toEqual([stem]);
    expect(await openOriginals(folder).find('0'.repeat(64))).toBeUndefined();
  });

  test('a file in the place of the folder, a loop of links', async () => {
    await workspace.write('.prompt-image', '');
    const notFolder = await failureOf(openOriginals(folder).find(key));
    expect(notFolder).toMatchObject({ code: 'CACHE_CORRUPT', message: expect.stringContaining('cannot be listed') });
    await symlink('loop', workspace.path('loop'));
    expect(await failureOf(openOriginals(workspace.path('loop')).find(key))).toMatchObject({ code: 'CACHE_CORRUPT' });
  });

  test('a failure to list is not remembered', async () => {
    await workspace.write('.prompt-image', '');
    const originals = openOriginals(folder);
    await failureOf(originals.find(key));
    await workspace.remove('.prompt-image');
    expect(await originals.find(key)).toBeUndefined();
  });

  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
  const wanting = 'it never had one, as far as its records can be read';
  test.each<[string, string, string, (files: { picture: string; record: string }) => Promise<unknown>]>([
    [
      'a pointer in place of the record',
      'CACHE_LFS_POINTER',
      'CACHE_LFS_POINTER',
      ({ record }) => writeFile(record, pointer),
    ],
    [
      'two pictures',
      'CACHE_ORPHAN',
      'CACHE_ORPHAN',
      ({ picture }) => writeFile(picture.replace('.png', '.jpg'), picture),
    ],
    [
      'two pictures without a record',
      'CACHE_ORPHAN',
      wanting,
      ({ picture, record }) => rename(record, picture.replace('.png', '.webp')),
    ],
    [
      'another type by name',
      'CACHE_CORRUPT',
      'CACHE_CORRUPT',
      ({ picture }) => rename(picture, picture.replace('.png', '.jpg')),
    ],
    ['a record of another key', 'CACHE_CORRUPT', 'CACHE_CORRUPT', ({ record }) => writeFile(record, otherRecord())],
    [
      'a picture that cannot be read',
      'CACHE_UNREADABLE',
      'CACHE_UNREADABLE',
      ({ picture }) => replaceByFolder(picture),
    ],
  ])('%s', async (_, code, last, damage) => {
    await damage(await stored());
    expect(await failureOf(openOriginals(folder).find(key))).toMatchObject({ code });
    const newest = openOriginals(folder).newestFor('src/barn.image.json', 1);
    if (last === wanting) expect(await newest).toBeUndefined();
    else expect(await failureOf(newest)).toMatchObject({ code: last });
  });

  test('a record that comes a moment after its picture is waited for', async () => {
    const { record } = await stored();
    await rename(record, `${record}.later`);
    const finding = openOriginals(folder).find(key);
    setTimeout(() => rename(`${record}.later`, record), 100);
    expect(await finding).toMatchObject({ record: barn() });
  });

  async function replaceByFolder(path: string): Promise<void> {
    await rename(path, `${path}.gone`);
    await workspace.write(`.prompt-image/${path.split('/').at(-1)}/file`, '');
  }

  function otherRecord(): string {
    return renderRecord(barn(picture, { request: { ...barn().request, prompt: 'A canal' } })).text;
  }
});

describe('two pictures of one key', () => {
  test.each([
    ['the earlier serves', ['2026-01-01T00:00:01Z', '2026-01-01T00:00:00.999Z'], 1],
    ['however exactly its time is told', ['2026-01-01T00:00:00.500Z', '2026-01-01T00:00:00Z'], 1],
  ])('%s', async (_, times, serving) => {
    const originals = openOriginals(folder);
    const stems: string[] = [];
    for (const [index, createdAt] of times.entries()) {
      const bytes = pictureOf(`barn ${index}`);
      stems.push((await originals.add(bytes, barn(bytes, { createdAt }))).stem);
    }
    const found = await openOriginals(folder).find(key);
    expect(found).toMatchObject({ stem: stems[serving], rivals: [stems[1 - serving]] });
  });

  test('of one moment, the lower hash', async () => {
    const originals = openOriginals(folder);
    const hashes: string[] = [];
    for (const seed of ['a', 'b', 'c']) {
      hashes.push((await originals.add(pictureOf(seed), barn(pictureOf(seed)))).record.image.sha256);
    }
    expect((await originals.find(key))?.record.image.sha256).toBe(hashes.sort()[0]);
  });
});

test('the newest picture of an address, of its take before others', async () => {
  const originals = openOriginals(folder);
  const add = (seed: string, createdAt: string, take?: number) => {
    const request = { ...barn().request, prompt: seed, ...(take === undefined ? {} : { take }) };
    return originals.add(pictureOf(seed), barn(pictureOf(seed), { createdAt, request }));
  };
  const first = await add('one', '2026-01-01T00:00:00Z');
  const second = await add('two', '2026-01-02T00:00:00.5Z');
  const take = await add('three', '2026-01-02T00:00:00Z', 2);
  expect((await originals.newestFor('src/barn.image.json', 1))?.stem).toBe(second.stem);
  expect((await originals.newestFor('src/barn.image.json', 2))?.stem).toBe(take.stem);
  expect((await originals.newestFor('src/barn.image.json', 3))?.stem).toBe(second.stem);
  expect(await originals.newestFor('src/other.image.json', 1)).toBeUndefined();
  expect(first.stem).not.toBe(second.stem);
});

describe('all at once', () => {
  const canal = (seed: string, changes = {}) => {
    const request = { ...barn().request, prompt: 'A canal', ...changes };
    return [pictureOf(seed), barn(pictureOf(seed), { request, for: 'src/canal.image.json' })] as const;
  };

  test('gives those that are whole, with rivals, and tells of each that is damaged once', async () => {
    const originals = openOriginals(folder);
    const first = await originals.add(picture, barn());
    const bytes = pictureOf('later');
    const later = await originals.add(bytes, barn(bytes, { createdAt: '2027-01-01T00:00:00Z' }));
    const other = await originals.add(...canal('canal'));
    const broken = await originals.add(...canal('broken', { take: 2 }));
    const half = await originals.add(...canal('half', { take: 3 }));
    const late = await originals.add(...canal('late', { take: 4 }));
    await writeFile(broken.path, 'half');
    await workspace.remove(`.prompt-image/${half.stem}.json`);
    const record = late.path.replace('.png', '.json');
    await rename(record, `${record}.later`);
    originals.refresh();
    const failures: { code: string; message: string }[] = [];
    const reading = originals.all((failure) => failures.push(failure));
    setTimeout(() => rename(`${record}.later`, record), 100);
    const found = await reading;
    expect(found.map(({ stem }) => stem)).toEqual([first, later, other, late].map(({ stem }) => stem).sort());
    expect(found.filter(({ rivals }) => rivals.length > 0)).toEqual([{ ...first, rivals: [later.stem] }]);
    expect(failures.map(({ code }) => code)).toEqual(['CACHE_CORRUPT', 'CACHE_ORPHAN']);
    expect(failures[0]?.message).toContain(broken.stem);
    expect(failures[1]?.message).toContain(half.stem);
  });

  test('records of a prompt are those of all of its takes, whoever asked, oldest first', async () => {
    const originals = openOriginals(folder);
    const [bytes, record] = canal('second', { take: 'k3f9' });
    const take = await originals.add(bytes, { ...record, createdAt: '2025-01-01T00:00:00Z' });
    const other = await originals.add(...canal('canal'));
    await originals.add(picture, barn());
    const of = async (prompt: string) => {
      const records = await originals.recordsOfPrompt({ ...barn().request, prompt, take: 7 });
      return records.map(({ stem }) => stem);
    };
    expect(await of('A canal')).toEqual([take.stem, other.stem]);
    expect(await of('A boat')).toEqual([]);
  });

  test('files are read once, until it is said that they came or went', async () => {
    const { stem } = await stored();
    const originals = openOriginals(folder);
    const found = async () => [
      (await originals.newestFor('src/barn.image.json', 1))?.stem,
      (await originals.records()).length,
      (await originals.recordsOfPrompt(barn().request)).length,
      (await originals.all(() => {})).length,
    ];
    expect(await found()).toEqual([stem, 1, 1, 1]);
    await workspace.remove('.prompt-image');
    expect(await found()).toEqual([stem, 1, 1, 1]);
    originals.refresh();
    expect(await found()).toEqual([undefined, 0, 0, 0]);
  });
});
