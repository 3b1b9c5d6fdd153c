import { mkdir, stat, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/config.js';
import { PromptImageError } from '../../src/failure.js';
import { renderDeclaration } from '../../src/image/declaration.js';
import type { ManifestImages } from '../../src/manifest/images.js';
import { openProject } from '../../src/project.js';
import { createDeclarations } from '../../src/session/declarations.js';
import { createWorkspace, type FileContent, type Workspace } from '../support/workspace.js';

const flag = { compilerOptions: { allowArbitraryExtensions: true } };
const HERO = 'src/hero.image.json';
const DTS = 'src/hero.image.d.json.ts';
const plain = renderDeclaration({ kind: 'image', variants: [] });

const withFiles = (files: Record<string, FileContent>) =>
  createWorkspace({ [HERO]: { prompt: 'A harbour' }, ...files }, { git: true });

/** The pictures of a manifest: those of a collection where its name says so. */
function pictures(
  file: string,
  variants: readonly string[] = [],
  items: readonly string[] = ['apple'],
): ManifestImages {
  return {
    file,
    isCollection: file.endsWith('.images.json'),
    items: file.endsWith('.images.json') ? items : [undefined],
    variantsOf: () => variants,
    image: () => expect.fail('Names are all that is needed'),
    warnings: [],
  };
}

interface Setting {
  dts?: boolean;
  frozen?: boolean;
}

/** As in a build of a person's: a run under Vitest is frozen. */
async function open({ root }: Workspace, { dts, frozen = false }: Setting = {}) {
  return createDeclarations({ ...(await resolveConfig(root, {})), frozen, dts });
}

describe('where TypeScript reads it, the declaration is written', () => {
  test('and again where the names have changed', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag });
    expect(await (await open(workspace)).update(pictures(HERO))).toBeUndefined();
    expect(await workspace.read(DTS)).toBe(plain);
    const { update } = await open(workspace);
    expect(await update(pictures(HERO, ['dark']))).toBeUndefined();
    expect(await workspace.read(DTS)).toBe(renderDeclaration({ kind: 'image', variants: ['dark'] }));
    expect(await update(pictures('src/fruits.images.json', ['dark']))).toBeUndefined();
    const items = [{ name: 'apple', variants: ['dark'] }];
    expect(await workspace.read('src/fruits.images.d.json.ts')).toBe(renderDeclaration({ kind: 'collection', items }));
    expect((await workspace.list('src')).filter((file) => file.includes('.tmp'))).toEqual([]);
  });

  test('but not where it is there, be it with the line ends of Windows', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag, [DTS]: plain.replaceAll('\n', '\r\n') });
    const { mtimeMs, ino } = await stat(workspace.path(DTS));
    await (await open(workspace)).update(pictures(HERO));
    expect(await stat(workspace.path(DTS))).toMatchObject({ mtimeMs, ino });
  });

  test('by dts: true also where no tsconfig asks for it, which is said once', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': {} });
    const { update } = await open(workspace, { dts: true });
    expect(await update(pictures(HERO))).toMatch(
      /^TypeScript does not read \.d\.json\.ts files: tsconfig\.json does not set .*\nSet /,
    );
    expect(await workspace.read(DTS)).toBe(plain);
    expect(await update(pictures(HERO))).toBeUndefined();
  });
});

describe('nothing is written', () => {
  test.each<[string, Setting, Record<string, FileContent>]>([
    ['in CI', { frozen: true }, { 'tsconfig.json': flag }],
    ['with dts: false', { dts: false }, { 'tsconfig.json': flag }],
    ['without a tsconfig', {}, {}],
    [
      'where the client has the types',
      {},
      { 'tsconfig.json': { compilerOptions: { types: ['unplugin-prompt-image/client'] } } },
    ],
    ['with dts: false where there is no type at all', { dts: false }, { 'tsconfig.json': {} }],
  ])('nor said %s', async (_, setting, files) => {
    await using workspace = await withFiles(files);
    const before = await workspace.hashTree();
    expect(await (await open(workspace, setting)).update(pictures(HERO))).toBeUndefined();
    expect(await workspace.hashTree()).toBe(before);
  });

  test('of a manifest that is wrong, whose declaration stays', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag, [DTS]: plain });
    const wrong = {
      ...pictures('src/fruits.images.json'),
      variantsOf: () => {
        throw new PromptImageError('MANIFEST_INVALID', 'unknown field');
      },
    };
    expect(await (await open(workspace)).update(wrong)).toBeUndefined();
    expect(await workspace.list('src')).not.toContain('fruits.images.d.json.ts');
    expect(await workspace.read(DTS)).toBe(plain);
  });

  test("over somebody else's file, which is said once", async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag, [DTS]: 'export {};\n' });
    const { update } = await open(workspace);
    expect(await update(pictures(HERO))).toContain(`${DTS}: is there already and was not made from the manifest`);
    expect(await update(pictures(HERO))).toBeUndefined();
    expect(await workspace.read(DTS)).toBe('export {};\n');
  });

  test('through a link into node_modules', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag });
    await mkdir(workspace.path('node_modules/@acme/pictures'), { recursive: true });
    await symlink(workspace.path('node_modules/@acme/pictures'), workspace.path('src/shared'), 'junction');
    expect(await (await open(workspace)).update(pictures('src/shared/hero.image.json'))).toBeUndefined();
    expect(await workspace.list('node_modules/@acme/pictures')).toEqual([]);
  });

  test('where it cannot be, which is said', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': flag });
    await mkdir(workspace.path(DTS));
    const { update } = await open(workspace);
    expect(await update(pictures(HERO))).toContain(`${DTS}: cannot be written (EISDIR)`);
    expect(await update(pictures(HERO))).toBeUndefined();
  });
});

describe('what to do is said once, in two lines', () => {
  test('where TypeScript knows nothing of images', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': {}, 'src/card.image.json': { prompt: 'A card' } });
    const { update } = await open(workspace);
    const hint = await update(pictures(HERO));
    expect(hint).toMatch(
      /^TypeScript does not know .*: tsconfig\.json neither lists unplugin-prompt-image\/client nor sets /,
    );
    expect(hint?.split('\n')).toHaveLength(2);
    expect(await update(pictures('src/card.image.json'))).toBeUndefined();
    expect(await workspace.list('src')).toEqual(['card.image.json', 'hero.image.json']);
  });

  test('where a tsconfig cannot be read', async () => {
    await using workspace = await withFiles({ 'tsconfig.json': '{ "compilerOptions": ' });
    const { update } = await open(workspace);
    expect(await update(pictures(HERO))).toMatch(/^tsconfig\.json cannot be read, .*\nMend it; or set dts: /);
    expect(await update(pictures(HERO))).toBeUndefined();
  });
});

describe('by command', () => {
  test('all are written, in CI and without the flag, too', async () => {
    await using workspace = await withFiles({
      'tsconfig.json': {},
      'prompt-image.config.json': { dts: false },
      'src/card.image.json': { prompt: 'A card' },
      'src/gone.image.d.json.ts': plain,
      'src/own.image.d.json.ts': 'export {};\n',
      'src/wrong.image.json': { promt: 'A barn' },
    });
    const project = await openProject(workspace.root);
    const first = await project.declare();
    expect(first).toEqual({
      written: ['src/card.image.d.json.ts', DTS],
      unchanged: [],
      stale: ['src/gone.image.d.json.ts'],
      failed: [
        expect.objectContaining({
          code: 'MANIFEST_INVALID',
          place: expect.objectContaining({ file: 'src/wrong.image.json' }),
        }),
      ],
      hint: expect.stringContaining('tsconfig.json does not set allowArbitraryExtensions'),
    });
    expect(await workspace.read(DTS)).toBe(plain);
    expect(await project.declare([HERO, HERO])).toMatchObject({ written: [], unchanged: [DTS], stale: [], failed: [] });
    expect(await workspace.list('src')).toContain('gone.image.d.json.ts');
    await project.dispose();
  });

  test("somebody else's file is a failure, and the others are written", async () => {
    await using workspace = await withFiles({
      'tsconfig.json': flag,
      'a.image.json': { prompt: 'A' },
      'a.image.d.json.ts': 'export {};',
    });
    const project = await openProject(workspace.root);
    const report = await project.declare();
    expect(report).toEqual({
      written: [DTS],
      unchanged: [],
      stale: [],
      failed: [expect.objectContaining({ code: 'TYPES_EXIST' })],
    });
    await project.dispose();
  });
});
