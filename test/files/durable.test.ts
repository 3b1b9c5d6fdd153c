import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createOnce, makeFolder, removeFile, replaceFile, withCleanup } from '../../src/files/durable.js';
import { listIfExists, readIfExists } from '../../src/files/errno.js';
import { createWorkspace, repositoryRoot, run, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace({ 'package.json': '{}', 'folder/old.txt': 'old' });
  const { [Symbol.asyncDispose]: dispose } = workspace;
  onTestFinished(() => dispose());
});
const at = (...segments: string[]) => workspace.path(...segments);

describe('createOnce', () => {
  test('creates a file, and the folders above it', async () => {
    expect(await createOnce(at('a/b/c.txt'), 'new')).toBe(true);
    expect(await workspace.read('a/b/c.txt')).toBe('new');
    expect(await workspace.list('a')).toEqual(['b/c.txt']);
  });

  test('the same bytes again are fine, other bytes are not and change nothing', async () => {
    const { ino } = await stat(at('folder/old.txt'));
    expect(await createOnce(at('folder/old.txt'), 'old')).toBe(false);
    expect(await createOnce(at('folder/old.txt'), Buffer.from('old'))).toBe(false);
    await expect(createOnce(at('folder/old.txt'), 'new')).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await stat(at('folder/old.txt'))).ino).toBe(ino);
    expect(await workspace.read('folder/old.txt')).toBe('old');
    expect(await workspace.list('folder')).toEqual(['old.txt']);
  });

  test('of many at once one creates it', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => createOnce(at('folder/new'), 'same')));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await workspace.list('folder')).toEqual(['new', 'old.txt']);
  });

  test('what is in the way is told as it is', async () => {
    await expect(createOnce(at('folder'), 'x')).rejects.toMatchObject({ code: expect.stringMatching(/EISDIR|EEXIST/) });
    await expect(createOnce(at('folder/old.txt/x'), 'x')).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await workspace.list('folder')).toEqual(['old.txt']);
  });
});

describe('replaceFile', () => {
  test('creates and replaces', async () => {
    await replaceFile(at('folder/old.txt'), 'new');
    await replaceFile(at('new/file'), 'more');
    expect(await workspace.read('folder/old.txt')).toBe('new');
    expect(await workspace.list()).toEqual(['folder/old.txt', 'new/file', 'package.json']);
  });

  test('leaves nothing behind where it fails', async () => {
    await mkdir(at('folder/taken'));
    await writeFile(at('folder/taken/file'), '');
    await expect(replaceFile(at('folder/taken'), 'x')).rejects.toMatchObject({ syscall: 'rename' });
    expect(await workspace.list('folder')).toEqual(['old.txt', 'taken/file']);
  });
});

test('only what is certainly not there is no file, and no folder', async () => {
  expect(await readIfExists(at('nothing'))).toBeUndefined();
  expect(await listIfExists(at('nothing'))).toEqual([]);
  await expect(readIfExists(at('folder'))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(readIfExists(at('package.json/x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(listIfExists(at('package.json'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('a file that is gone can be removed', async () => {
  await removeFile(at('folder/old.txt'));
  await removeFile(at('folder/old.txt'));
  expect(await readdir(at('folder'))).toEqual([]);
});

test('folders are made once', async () => {
  await Promise.all([makeFolder(at('x/y/z')), makeFolder(at('x/y/z')), makeFolder(at('x/w'))]);
  await makeFolder(at('x'));
  expect((await readdir(at('x'))).sort()).toEqual(['w', 'y']);
});

test('of two failures the first one is told', async () => {
  const fail = (words: string) => () => Promise.reject(new Error(words));
  await expect(withCleanup(fail('work'), fail('cleanup'))).rejects.toThrow('work');
  await expect(withCleanup(async () => 'done', fail('cleanup'))).rejects.toThrow('cleanup');
  expect(
    await withCleanup(
      async () => 'done',
      async () => {},
    ),
  ).toBe('done');
});

/** Runs code with the writes in a process of its own, which a system serves worse than this one. */
async function elsewhere(code: string, { shell = '', before = '' } = {}): Promise<string> {
  const source = pathToFileURL(`${repositoryRoot}src/files/durable.ts`);
  await workspace.write(
    'elsewhere.mjs',
    `
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    import { createJiti } from 'jiti';
    const { createOnce, replaceFile } = await createJiti(import.meta.url, { fsCache: false }).import('${source}');
    const told = (promise) => promise.then((value) => console.log(value), (error) => console.log(error.code));
    ${before}
    syncBuiltinESMExports();
    ${code}`,
  );
  const command = `${shell} exec "$0" elsewhere.mjs`;
  const { stdout, output, code: exit } = await run('sh', ['-c', command, process.execPath], { cwd: workspace.root });
  expect(exit, output).toBe(0);
  return stdout;
}

describe('on a system that fails', () => {
  test('a write that ends in the middle leaves nothing behind', async () => {
    const code = `
      await told(createOnce('folder/new', 'x'.repeat(100_000)));
      await told(replaceFile('folder/old.txt', 'x'.repeat(100_000)));`;
    // As on a full disk, but for one process.
    expect(await elsewhere(code, { shell: 'ulimit -f 16;' })).toBe('EFBIG\nEFBIG\n');
    expect(await workspace.list('folder')).toEqual(['old.txt']);
    expect(await workspace.read('folder/old.txt')).toBe('old');
  });

  test('a cleanup that fails as well does not hide why', async () => {
    const before = "promises.unlink = async () => { throw Object.assign(new Error(), { code: 'EIO' }); };";
    const code = "await told(createOnce('folder/new', 'x'.repeat(100_000)));";
    expect(await elsewhere(code, { shell: 'ulimit -f 16;', before })).toBe('EFBIG\n');
  });

  const noLinks = "promises.link = async () => { throw Object.assign(new Error(), { code: 'ENOTSUP' }); };";

  test('without hard links it is the same', async () => {
    const code = `
      await told(createOnce('folder/new', 'x'));
      await told(createOnce('folder/new', 'x'));
      await told(createOnce('folder/old.txt', 'x'));
      await told(Promise.all(Array.from({ length: 20 }, () => createOnce('folder/raced', 'same'))).then(() => 'raced'));`;
    expect(await elsewhere(code, { before: noLinks })).toBe('true\nfalse\nEEXIST\nraced\n');
    expect(await workspace.list('folder')).toEqual(['new', 'old.txt', 'raced']);
    expect(await readFile(at('folder/raced'), 'utf8')).toBe('same');
  });

  test('without hard links a crash leaves no part of a file, and does not stand in the way', async () => {
    const dies = `${noLinks} promises.rename = async () => process.exit();`;
    await elsewhere("await createOnce('folder/new', 'whole')", { before: dies });
    expect(await workspace.read('folder/new')).toBe('');
    expect(await createOnce(at('folder/new'), 'whole')).toBe(true);
    expect(await workspace.read('folder/new')).toBe('whole');
  });
});
