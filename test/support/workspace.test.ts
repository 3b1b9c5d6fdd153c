import { existsSync } from 'node:fs';
import { readFile, realpath, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspace, repositoryRoot, run } from './workspace.js';

test('files are text, bytes or JSON, and gone in the end', async () => {
  let root: string;
  {
    await using workspace = await createWorkspace({
      'a.txt': 'text',
      'deep/er/b.bin': new Uint8Array([0, 255]),
      'c.json': { a: 1 },
    });
    root = workspace.root;
    expect(root.startsWith(await realpath(tmpdir()))).toBe(true);
    expect(await workspace.read('a.txt')).toBe('text');
    expect(await workspace.readBytes('deep/er/b.bin')).toEqual(Buffer.from([0, 255]));
    expect(await workspace.read('c.json')).toBe('{\n  "a": 1\n}\n');
    expect(JSON.parse(await workspace.read('package.json'))).toMatchObject({ type: 'module' });
    await workspace.write('deep/c', '');
    await workspace.remove('c.json');
    await workspace.remove('nowhere');
    expect(await workspace.list()).toEqual(['a.txt', 'deep/c', 'deep/er/b.bin', 'package.json']);
    expect(await workspace.list('deep')).toEqual(['c', 'er/b.bin']);
    expect(await workspace.list('nowhere')).toEqual([]);
  }
  expect(existsSync(root)).toBe(false);
  expect(existsSync(join(repositoryRoot, 'node_modules/vite/package.json'))).toBe(true);
});

test('the hash of a tree follows names and contents alone', async () => {
  await using one = await createWorkspace({ 'out/a': 'x', 'out/b': 'y' });
  await using other = await createWorkspace({ 'out/b': 'y', 'out/a': 'x' });
  const hash = await one.hashTree('out');
  expect(await other.hashTree('out')).toBe(hash);
  await other.write('out/b', 'z');
  expect(await other.hashTree('out')).not.toBe(hash);
  await other.write('out/b', 'y');
  await other.write('out/c', '');
  expect(await other.hashTree('out')).not.toBe(hash);
  await symlink('a', one.path('out/link'));
  expect(await one.hashTree('out')).not.toBe(hash);
  await expect(one.hashTree('missing')).rejects.toThrow(/no files/);
});

test.each([
  ['vite', /^8\./],
  ['vite7', /^7\./],
] as const)('packages resolve, %s as vite', async (vite, version) => {
  await using workspace = await createWorkspace({}, { vite });
  const code = `
    import { version } from 'vite';
    import { createRequire } from 'node:module';
    const { resolve } = createRequire(process.cwd() + '/x.js');
    console.log(JSON.stringify([version, resolve('unplugin-prompt-image/package.json'), resolve('@vitejs/plugin-vue')]));`;
  const result = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: workspace.root });
  const [found, own, scoped] = JSON.parse(result.stdout) as string[];
  expect(found).toMatch(version);
  expect(own).toBe(join(repositoryRoot, 'package.json'));
  expect(scoped).toContain(join(repositoryRoot, 'node_modules/@vitejs'));
  const printed = await run(process.execPath, [workspace.bin('vite'), '--version']);
  expect(printed.stdout).toContain(`vite/${found}`);
  expect(() => workspace.bin('vite', 'nothing')).toThrow(/no command/);
});

test('a repository starts clean', async () => {
  await using workspace = await createWorkspace({ 'a.txt': 'text' }, { git: true });
  expect(await workspace.git('status', '--porcelain')).toBe('');
  expect(await workspace.git('ls-files')).toBe('a.txt\npackage.json\n');
  await workspace.write('b.txt', '');
  expect(await workspace.git('status', '--porcelain')).toBe('?? b.txt\n');
  expect(await workspace.list()).toEqual(['a.txt', 'b.txt', 'package.json']);
  await expect(workspace.git('nonsense')).rejects.toThrow(/nonsense/);
});

test('nothing is written outside, nor into the packages of the repository', async () => {
  await using workspace = await createWorkspace();
  for (const file of ['../x', 'node_modules/vite/x', 'node_modules/unplugin-prompt-image/new/x', '/tmp/x', '.']) {
    await expect(workspace.write(file, ''), file).rejects.toThrow(/outside/);
    await expect(workspace.remove(file), file).rejects.toThrow(/outside/);
  }
  await workspace.write('node_modules/own/index.js', '');
  await workspace.remove('node_modules');
  expect(await stat(join(repositoryRoot, 'node_modules/vite'))).toBeTruthy();
  expect(await readFile(join(repositoryRoot, 'package.json'), 'utf8')).toContain('unplugin-prompt-image');
});
