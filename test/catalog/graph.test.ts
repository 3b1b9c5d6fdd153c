import { mkdir, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.js';
import { withTake } from '../../src/catalog/entry.js';
import { isFailure, type PromptImageError } from '../../src/failure.js';
import { openOriginals } from '../../src/originals/originals.js';
import { sha256 } from '../../src/request.js';
import { catalogOf } from '../support/catalog.js';
import { createWorkspace, type FileContent, type Workspace } from '../support/workspace.js';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

async function failureOf(work: Promise<unknown>): Promise<PromptImageError> {
  const error: unknown = await work.then(
    () => expect.fail('Nothing is wrong'),
    (reason: unknown) => reason,
  );
  if (!isFailure(error)) throw error;
  return error;
}

const failureIn = async (files: Record<string, FileContent>, address = 'a.image.json'): Promise<PromptImageError> => {
  await using workspace = await createWorkspace(files);
  return await failureOf(catalogOf(workspace).entry(address));
};

/** Stores bytes as the picture of an address. @returns their hash */
async function sell({ path }: Workspace, catalog: Catalog, address: string, bytes: string): Promise<string> {
  const entry = await catalog.entry(address);
  if (entry.waitsFor) throw new Error(`${address} waits`);
  const image = { sha256: sha256(bytes), bytes: bytes.length, width: 1, height: 1, format: 'png' as const };
  await openOriginals(path('.prompt-image')).add(Buffer.from(bytes), {
    version: 1,
    key: entry.key,
    for: address,
    request: entry.request,
    image,
    origin: 'generated',
    sourceType: 'trainedAlgorithmicMedia',
    createdAt: new Date().toISOString(),
  });
  return image.sha256;
}

describe('references to the pictures of other images', () => {
  const files = {
    'a.image.json': { prompt: 'A', variants: { dark: { prompt: 'A, dark', references: ['@base'] } } },
    'b.image.json': { prompt: 'B', references: ['./a.image.json@dark', './set.images.json#pear'] },
    'set.images.json': { prompt: 'A {{fruit}}', items: { pear: { fruit: 'pear' }, fig: { fruit: 'fig' } } },
  };

  test('make a picture wait until they are there, and are part of its key then', async () => {
    await using workspace = await createWorkspace(files);
    const catalog = () => catalogOf(workspace);
    const waitsFor = async (address: string) => (await catalog().entry(address)).waitsFor;
    expect(await waitsFor('a.image.json')).toBeUndefined();
    expect(await waitsFor('a.image.json@dark')).toEqual(['a.image.json']);
    expect(await waitsFor('b.image.json')).toEqual(['a.image.json@dark', 'set.images.json#pear']);
    const a = await sell(workspace, catalog(), 'a.image.json', 'a');
    expect(await waitsFor('a.image.json@dark')).toBeUndefined();
    expect(await catalog().entry('a.image.json@dark')).toMatchObject({ request: { references: [a] } });
    expect(await waitsFor('b.image.json')).toEqual(['a.image.json@dark', 'set.images.json#pear']);
    const dark = await sell(workspace, catalog(), 'a.image.json@dark', 'dark');
    const pear = await sell(workspace, catalog(), 'set.images.json#pear', 'pear');
    expect(await catalog().entry('b.image.json')).toMatchObject({
      request: { references: [dark, pear] },
      references: [{ file: 'a.image.json@dark' }, { file: 'set.images.json#pear' }],
    });
    expect(await catalog().referencesOf('b.image.json')).toEqual(['a.image.json@dark', 'set.images.json#pear']);
  });

  test('make it wait again, with all that follow, when one of them changes', async () => {
    await using workspace = await createWorkspace(files);
    for (const address of ['a.image.json', 'a.image.json@dark', 'set.images.json#pear']) {
      await sell(workspace, catalogOf(workspace), address, address);
    }
    await workspace.write('a.image.json', { ...files['a.image.json'], prompt: 'Another A' });
    expect(await catalogOf(workspace).entry('b.image.json')).toMatchObject({ waitsFor: ['a.image.json@dark'] });
    expect(await catalogOf(workspace).entry('set.images.json#fig')).not.toHaveProperty('waitsFor');
  });

  test('are watched, with what they stand on', async () => {
    await using workspace = await createWorkspace({
      ...files,
      'a.image.json': { ...files['a.image.json'], extends: './brand.image-preset.json' },
      'brand.image-preset.json': { style: 'flat', references: ['./photo.png'] },
      'photo.png': png,
    });
    const seen = new Set<string>();
    await catalogOf({ root: workspace.root, onDependency: (path) => void seen.add(path) }).entry('b.image.json');
    const names = ['a.image.json', 'b.image.json', 'brand.image-preset.json', 'photo.png', 'set.images.json'];
    expect([...seen].sort()).toEqual(names.map((name) => workspace.path(name)));
  });

  test('are followed once, however many ways lead to a picture', async () => {
    const last = 30;
    const layers = Array.from({ length: last + 1 }, (_, index): [string, object] => {
      const below = [`./x${index - 1}.image.json`, `./x${index - 1}.image.json@other`];
      const references = index === 0 ? {} : { references: below };
      return [
        `x${index}.image.json`,
        { prompt: `X${index}`, ...references, variants: { other: { prompt: `Y${index}` } } },
      ];
    });
    await using workspace = await createWorkspace(Object.fromEntries(layers));
    // A thousand million ways.
    expect(await catalogOf(workspace).entry(`x${last}.image.json`)).toMatchObject({
      waitsFor: [`x${last - 1}.image.json`, `x${last - 1}.image.json@other`],
    });
  });

  test('of another take give another key', async () => {
    await using workspace = await createWorkspace(files);
    await sell(workspace, catalogOf(workspace), 'a.image.json', 'a');
    const entry = await catalogOf(workspace).entry('a.image.json@dark');
    if (entry.waitsFor) throw new Error('It waits');
    expect(withTake(entry, 'k3f9').request).toEqual({ ...entry.request, take: 'k3f9' });
  });

  test.each<[what: string, files: Record<string, FileContent>, code: string, what: RegExp, next: RegExp, line: number]>(
    [
      [
        'a circle, with the way',
        {
          'a.image.json': { prompt: 'A', references: ['./b.image.json'] },
          'b.image.json': { prompt: 'B', references: ['./c.image.json@dark'] },
          'c.image.json': { prompt: 'C', variants: { dark: { references: ['./b.image.json'] } } },
        },
        'REFERENCE_CYCLE',
        /: b\.image\.json → c\.image\.json@dark → b\.image\.json$/,
        /One of them/,
        6,
      ],
      [
        'an item that there is not',
        { ...files, 'a.image.json': { prompt: 'A', references: ['./set.images.json#peer'] } },
        'REFERENCE_NOT_FOUND',
        /set\.images\.json#peer has no item "peer"/,
        /Did you mean "pear"\?/,
        4,
      ],
      [
        'a variant that there is not',
        { ...files, 'a.image.json': { prompt: 'A', references: ['./set.images.json#pear@dark'] } },
        'REFERENCE_NOT_FOUND',
        /has no variant "dark"/,
        /no variants/,
        4,
      ],
      [
        'a manifest that there is not',
        { 'a.image.json': { prompt: 'A', references: ['./none.image.json'] } },
        'REFERENCE_INVALID',
        /none\.image\.json cannot be referenced: does not exist/,
        /none\.image\.json/,
        4,
      ],
      [
        'a manifest that is wrong',
        { 'a.image.json': { prompt: 'A', references: ['./b.image.json'] }, 'b.image.json': '{\n  "promt": "B"\n}' },
        'REFERENCE_INVALID',
        /b\.image\.json cannot be referenced: unknown field "promt"/,
        /Mend b\.image\.json:2:3 first/,
        4,
      ],
      [
        'a file whose name only looks like an address',
        { 'a.image.json': { prompt: 'A', references: ['./logo@2x.png'] } },
        'REFERENCE_NOT_FOUND',
        /there is no picture at "logo@2x\.png"/,
        /Paths start from/,
        4,
      ],
    ],
  )('%s', async (_, content, code, what, next, line) => {
    const failure = await failureIn(content);
    expect(failure).toMatchObject({ code, place: { line } });
    expect(failure.what).toMatch(what);
    expect(failure.next).toMatch(next);
  });

  test('stay inside the root, symbolic links resolved', async () => {
    await using other = await createWorkspace({ 'b.image.json': { prompt: 'B' } });
    await using workspace = await createWorkspace({
      'a.image.json': { prompt: 'A', references: ['./b.image.json'] },
      'c.image.json': { prompt: 'C', references: ['../b.image.json'] },
    });
    await symlink(other.path('b.image.json'), workspace.path('b.image.json'));
    for (const address of ['a.image.json', 'c.image.json']) {
      const failure = await failureOf(catalogOf(workspace).entry(address));
      expect(failure).toMatchObject({ code: 'REFERENCE_OUTSIDE_ROOT', place: { line: 4 } });
    }
  });
});

describe('presets', () => {
  test('may lie above the root, in the repository, and are looked for from the file that names them', async () => {
    await using workspace = await createWorkspace({
      'brand.image-preset.json': { extends: './base/base.image-preset.json', style: 'flat' },
      'base/base.image-preset.json': { aspectRatio: '16:9', references: ['./photo.png'] },
      'base/photo.png': png,
      'app/a.image.json': { prompt: 'A', extends: '../brand.image-preset.json', references: null },
      'app/b.image.json': { prompt: 'B', extends: '../brand.image-preset.json' },
    });
    const options = { root: workspace.path('app'), repository: workspace.root };
    const entry = await catalogOf(options).entry('a.image.json');
    expect(entry).toMatchObject({ request: { prompt: 'A\n\nflat', aspectRatio: '16:9' } });
    // What they reference is sent to somebody, so it has to be allowed.
    expect(await failureOf(catalogOf(options).entry('b.image.json'))).toMatchObject({ code: 'REFERENCE_OUTSIDE_ROOT' });
    const allowed = { ...options, allowReferencesFrom: [workspace.path('base')] };
    expect(await catalogOf(allowed).entry('b.image.json')).toMatchObject({ references: [{ sha256: sha256(png) }] });
    expect(await failureOf(catalogOf({ root: options.root }).entry('a.image.json'))).toMatchObject({
      code: 'PRESET_OUTSIDE_REPOSITORY',
      place: { file: 'a.image.json', line: 3 },
    });
  });

  test('that two presets extend come before both, once', async () => {
    await using workspace = await createWorkspace({
      'a.image.json': { prompt: 'A', extends: ['./b.image-preset.json', './c.image-preset.json'] },
      'b.image-preset.json': { extends: './d.image-preset.json', style: 'b', aspectRatio: '4:3' },
      'c.image-preset.json': { extends: './d.image-preset.json', style: 'c' },
      'd.image-preset.json': { style: 'd', aspectRatio: '16:9' },
    });
    const { image } = await catalogOf(workspace).entry('a.image.json');
    expect(image).toMatchObject({ prompt: 'A\n\nd\n\nb\n\nc', aspectRatio: '4:3' });
  });

  test('in a circle are an error that names the way', async () => {
    const failure = await failureIn({
      'a.image.json': { prompt: 'A', extends: './b.image-preset.json' },
      'b.image-preset.json': { extends: './c.image-preset.json' },
      'c.image-preset.json': '{\n  "extends": ["./b.image-preset.json"]\n}',
    });
    expect(failure).toMatchObject({
      code: 'PRESET_CYCLE',
      place: { file: 'c.image-preset.json', line: 2, column: 15 },
    });
    expect(failure.what).toContain('b.image-preset.json → c.image-preset.json → b.image-preset.json');
  });

  test('that are not there are an error that names the way, and are watched', async () => {
    await using workspace = await createWorkspace({
      'a.image.json': { prompt: 'A', extends: './b.image-preset.json' },
      'b.image-preset.json': { extends: './c.image-preset.json' },
    });
    const seen = new Set<string>();
    const catalog = catalogOf({ root: workspace.root, onDependency: (path) => void seen.add(path) });
    const failure = await failureOf(catalog.entry('a.image.json'));
    expect(failure).toMatchObject({ code: 'PRESET_NOT_FOUND', place: { file: 'b.image-preset.json', line: 2 } });
    expect(failure.what).toContain('a.image.json → b.image-preset.json → c.image-preset.json');
    expect(seen).toContain(workspace.path('c.image-preset.json'));
  });

  test('that are wrong are told at their own line', async () => {
    const failure = await failureIn({
      'a.image.json': { prompt: 'A', extends: './b.image-preset.json' },
      'b.image-preset.json': '{\n  "stile": "flat"\n}',
    });
    expect(failure).toMatchObject({
      code: 'PRESET_INVALID',
      place: { file: 'b.image-preset.json', line: 2, column: 3 },
    });
    expect(failure.next).toContain('Did you mean "style"?');
  });

  test.each(['', '[', Buffer.from([0xff, 0xfe])])('that are no JSON are told: %j', async (content) => {
    const failure = await failureIn({
      'a.image.json': { prompt: 'A', extends: './b.image-preset.json' },
      'b.image-preset.json': content,
    });
    expect(failure).toMatchObject({ code: 'PRESET_INVALID', place: { file: 'b.image-preset.json' } });
  });
});

describe('items of a file', () => {
  const collection = (items: unknown) => ({ 's.images.json': { prompt: 'A {{name}}', items } });

  test('may be an object or an array, and lie anywhere in the repository', async () => {
    await using workspace = await createWorkspace({
      ...collection('../data/products.json'),
      'app/s.images.json': { prompt: 'A {{name}}', items: '../data/products.json' },
      'data/products.json': [
        { id: 'fig', name: 'fig' },
        { id: 7, name: 'seven' },
      ],
    });
    const catalog = catalogOf({ root: workspace.path('app'), repository: workspace.root });
    expect((await catalog.images('s.images.json')).items).toEqual(['fig', '7']);
    expect(await catalog.entry('s.images.json#7')).toMatchObject({ request: { prompt: 'A seven' } });
  });

  test.each<[what: string, content: FileContent | undefined, code: string, line: number | undefined]>([
    ['that is not there', undefined, 'ITEMS_NOT_FOUND', 3],
    ['that is not JSON', '{\n  "fig": {},\n}', 'ITEMS_INVALID', 2],
    ['with an id twice', '[\n  { "id": "a" },\n  { "id": "a" }\n]', 'ITEMS_INVALID', 3],
    ['without an id', '[\n  { "name": "a" }\n]', 'ITEMS_INVALID', 2],
    ['with a name that is none', '[\n  { "id": "../a" }\n]', 'ITEMS_INVALID', 2],
    ['with a name that means something else', '{\n  "base": {}\n}', 'ITEMS_INVALID', 2],
    ['with the name of a prototype', '{\n  "__proto__": {}\n}', 'ITEMS_INVALID', 2],
    ['with a NUL in a name', '{\n  "a\\u0000": {}\n}', 'ITEMS_INVALID', 2],
  ])('%s', async (_, content, code, line) => {
    const files = { ...collection('./items.json'), ...(content === undefined ? {} : { 'items.json': content }) };
    const failure = await failureIn(files, 's.images.json#fig');
    expect(failure).toMatchObject({ code, place: { line } });
    expect(failure.place?.file).toBe(content === undefined ? 's.images.json' : 'items.json');
  });

  test('do not lose each other', async () => {
    await using workspace = await createWorkspace({
      's.images.json': { prompt: 'A {{fruit}}', items: { fig: { fruit: 'fig' }, pear: { friut: 'pear' } } },
    });
    const catalog = catalogOf(workspace);
    expect(await catalog.entry('s.images.json#fig')).toMatchObject({ request: { prompt: 'A fig' } });
    const failure = await failureOf(catalog.entry('s.images.json#pear'));
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: 's.images.json', line: 2 } });
  });

  test('are watched even where there is no such file', async () => {
    await using workspace = await createWorkspace(collection('./items.json'));
    await mkdir(workspace.path('x'));
    const seen = new Set<string>();
    const catalog = catalogOf({ root: workspace.root, onDependency: (path) => void seen.add(path) });
    await failureOf(catalog.images('s.images.json'));
    expect(seen).toContain(workspace.path('items.json'));
  });
});

test.each<[address: string, what: RegExp, next: RegExp]>([
  ['s.images.json', /names a collection/, /s\.images\.json#fig/],
  ['s.images.json#figg', /has no item "figg"/, /Did you mean "fig"\?/],
  ['s.images.json#fig@drak', /has no variant "drak"/, /Did you mean "dark"\?/],
  ['a.image.json#fig', /it is one image/, /Write a\.image\.json/],
  ['a.image.json@base', /has no variant "base"/, /no variants/],
])('an address that names nothing: %s', async (address, what, next) => {
  const failure = await failureIn(
    {
      'a.image.json': { prompt: 'A' },
      's.images.json': { prompt: 'A {{n}}', items: { fig: { n: 1 } }, variants: { dark: { style: 'dark' } } },
    },
    address,
  );
  expect(failure).toMatchObject({ code: 'IMAGE_UNKNOWN', place: { file: address } });
  expect(failure.what).toMatch(what);
  expect(failure.next).toMatch(next);
});
