import { execFileSync } from 'node:child_process';
import { symlink, truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/catalog/entry.js';
import { isFailure, type PromptImageError } from '../../src/failure.js';
import { scanManifests } from '../../src/files/scan.js';
import { readEntry } from '../support/catalog.js';
import { createWorkspace, type FileContent, type Workspace } from '../support/workspace.js';

const pier = { prompt: 'A pier' };
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

const read = ({ root }: Workspace, allowReferencesFrom: string[] = []): Promise<Entry> =>
  readEntry('a.image.json', { root, allowReferencesFrom });

async function failureOf(workspace: Workspace): Promise<PromptImageError> {
  const error: unknown = await read(workspace).then(
    () => expect.fail('Nothing is wrong'),
    (reason: unknown) => reason,
  );
  if (!isFailure(error)) throw error;
  return error;
}

describe('the file of a manifest', () => {
  test.each<[what: string, content: FileContent, line: number, column: number]>([
    ['Latin-1', Buffer.from('{\n  "prompt": "Caf\u00e9" }', 'latin1'), 2, 17],
    ['UTF-16 with a byte order mark', Buffer.from('\ufeff{ "prompt": "x" }', 'utf16le'), 1, 1],
    ['UTF-16 without one', Buffer.from('{ "prompt": "x" }', 'utf16le'), 1, 2],
    ['a picture', png, 1, 1],
  ])('is UTF-8, not %s', async (_, content, line, column) => {
    await using workspace = await createWorkspace({ 'a.image.json': content });
    expect(await failureOf(workspace)).toMatchObject({
      code: 'MANIFEST_INVALID',
      what: 'is not UTF-8 text',
      place: { file: 'a.image.json', line, column },
    });
  });

  test('may start with a byte order mark', async () => {
    await using workspace = await createWorkspace({ 'a.image.json': '\ufeff{ "prompt": "\ufffd" }' });
    expect((await read(workspace)).image.prompt).toBe('\ufffd');
  });

  test('may be missing', async () => {
    await using workspace = await createWorkspace();
    expect(await failureOf(workspace)).toMatchObject({ code: 'MANIFEST_INVALID', what: 'does not exist' });
  });

  test('may be a folder', async () => {
    await using workspace = await createWorkspace({ 'a.image.json/b.txt': '' });
    expect(await failureOf(workspace)).toMatchObject({ code: 'MANIFEST_INVALID', what: 'is not a file' });
  });

  test('is not read where it is large', async () => {
    await using workspace = await createWorkspace({ 'a.image.json': '{' });
    await truncate(workspace.path('a.image.json'), 8e9);
    expect(await failureOf(workspace)).toMatchObject({
      code: 'MANIFEST_INVALID',
      what: 'is larger than 1 MB, which no manifest needs to be',
      place: { line: 1, column: 1 },
    });
  });
});

describe('a reference', () => {
  async function referenceTo(path: string, files: Record<string, FileContent> = {}): Promise<Workspace> {
    return createWorkspace({ 'a.image.json': { ...pier, references: [path] }, ...files });
  }

  test.each(['./none.png', './a.image.json/b.png', './a\0.png', `./${'long'.repeat(100)}.png`, './loop/a.png'])(
    'may lead nowhere: %j',
    async (path) => {
      await using workspace = await referenceTo(path);
      await symlink('loop', workspace.path('loop'));
      expect(await failureOf(workspace)).toMatchObject({
        code: 'REFERENCE_NOT_FOUND',
        place: { file: 'a.image.json', line: 4, column: 5 },
      });
    },
  );

  test.each<[what: string, files: Record<string, FileContent>]>([
    ['is a folder', { 'b/c.txt': '' }],
    ['is empty', { b: '' }],
    ['is a text', { b: 'hello' }],
    ['is an SVG', { b: '<svg xmlns="http://www.w3.org/2000/svg"/>' }],
  ])('is a picture, and not what %s', async (_, files) => {
    await using workspace = await referenceTo('./b', files);
    expect(await failureOf(workspace)).toMatchObject({ code: 'REFERENCE_INVALID', place: { line: 4, column: 5 } });
  });

  test.runIf(process.platform !== 'win32')('is no pipe, which could be read for ever', async () => {
    await using workspace = await referenceTo('./pipe');
    execFileSync('mkfifo', [workspace.path('pipe')]);
    expect(await failureOf(workspace)).toMatchObject({ code: 'REFERENCE_INVALID' });
  });

  test('is not read where it is large', async () => {
    await using workspace = await referenceTo('./b.png', { 'b.png': png });
    await truncate(workspace.path('b.png'), 8e9);
    expect(await failureOf(workspace)).toMatchObject({
      code: 'REFERENCE_INVALID',
      next: 'A reference is at most 50 MB.',
    });
  });

  test('stays inside the root, symbolic links resolved, or in folders that are allowed', async () => {
    await using other = await createWorkspace({ 'secret.png': png });
    await using workspace = await referenceTo('./link.png', { 'real.png': png });
    await symlink(other.path('secret.png'), workspace.path('link.png'));
    expect(await failureOf(workspace)).toMatchObject({ code: 'REFERENCE_OUTSIDE_ROOT', place: { line: 4, column: 5 } });
    expect((await read(workspace, [other.root])).references).toMatchObject([{ path: other.path('secret.png') }]);
    await workspace.remove('link.png');
    await symlink(workspace.path('real.png'), workspace.path('link.png'));
    expect((await read(workspace)).references).toMatchObject([{ path: workspace.path('real.png'), file: 'link.png' }]);
  });

  test('is named to who watches, before it is read', async () => {
    await using workspace = await referenceTo('./none.png');
    const seen: string[] = [];
    const options = { root: workspace.root, onDependency: (path: string) => void seen.push(path) };
    await expect(readEntry('a.image.json', options)).rejects.toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
    });
    expect(seen).toEqual(['a.image.json', 'none.png'].map((file) => workspace.path(file)));
  });
});

test('a scan finds manifests, and none in folders of tools', async () => {
  const folders = [
    'node_modules/x',
    'dist',
    'build',
    '.output',
    '.next',
    '.svelte-kit',
    '.nuxt',
    '.git',
    'src/dist/deep',
  ];
  const copies = Object.fromEntries(folders.map((folder) => [`${folder}/copy.image.json`, pier]));
  await using workspace = await createWorkspace({
    ...copies,
    'b.image.json': pier,
    'src/a.image.json': pier,
    '.vitepress/theme/c.image.json': pier,
    'src/old/d.image.json': pier,
    'src/image.json': pier,
  });
  const options = { root: workspace.root, include: ['**/*.image.json'], exclude: ['**/old/**'] };
  expect(await scanManifests(options)).toEqual(['.vitepress/theme/c.image.json', 'b.image.json', 'src/a.image.json']);
});
