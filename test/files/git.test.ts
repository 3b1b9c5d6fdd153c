import { mkdir, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openGit, originalsAreIgnored } from '../../src/files/git.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace({ 'app/package.json': '{}' }, { git: true });
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace[Symbol.asyncDispose]();
});

const ignored = async (folder = 'app/.prompt-image', root = 'app') =>
  originalsAreIgnored(await openGit(workspace.path(root)), workspace.path(folder));

describe('whether originals would be left out', () => {
  test.each([
    ['', false],
    ['dist\n', false],
    ['.prompt-image/\n', true],
    ['app/.prompt-image\n', true],
    ['*.png\n', true],
    ['*.jpg\n', true],
    ['*.webp\n', true],
    ['*.avif\n', true],
    ['*.json\n', true],
    ['*.png\n!**/.prompt-image/*.png\n', false],
    ['*\n', true],
    ['*.jpeg\n*.gif\n', false],
  ])('with %j in .gitignore: %s', async (rules, expected) => {
    await workspace.write('.gitignore', rules);
    expect(await ignored()).toBe(expected);
    await mkdir(workspace.path('app/.prompt-image'));
    expect(await ignored()).toBe(expected);
  });

  test("by a person's own rules, and the repository's", async () => {
    await workspace.write('global', '*.webp\n');
    await workspace.git('config', 'core.excludesFile', workspace.path('global'));
    expect(await ignored()).toBe(true);
    await workspace.git('config', '--unset', 'core.excludesFile');
    expect(await ignored()).toBe(false);
    await workspace.write('.git/info/exclude', '.prompt-image\n');
    expect(await ignored()).toBe(true);
  });

  test('also where some are tracked already', async () => {
    const name = `app/.prompt-image/name-${'0'.repeat(16)}-${'0'.repeat(8)}`;
    for (const extension of ['png', 'jpg', 'webp', 'avif', 'json']) await workspace.write(`${name}.${extension}`, '');
    await workspace.git('add', '--all');
    await workspace.write('.gitignore', '.prompt-image\n');
    expect(await ignored()).toBe(true);
  });

  test('in a repository of its own, by its own rules', async () => {
    await workspace.write('.gitignore', 'app/originals\n');
    await workspace.write('app/originals/README.md', '');
    await workspace.git('init', '--quiet', 'app/originals');
    expect(await ignored('app/originals')).toBe(false);
    expect(await ignored('app/originals/deep/er')).toBe(false);
    await workspace.write('app/originals/.gitignore', '*.png\n');
    expect(await ignored('app/originals/deep/er')).toBe(true);
  });

  test('through a link, where it leads', async () => {
    await mkdir(workspace.path('pictures'));
    await symlink('../pictures', workspace.path('app/link'));
    expect(await ignored('app/link')).toBe(false);
    await workspace.write('.gitignore', 'pictures/*.json\n');
    expect(await ignored('app/link')).toBe(true);
  });

  test('outside of every repository, unless the project is there, too', async () => {
    await using outside = await createWorkspace();
    const inside = await openGit(workspace.root);
    expect(await originalsAreIgnored(inside, outside.path('originals'))).toBe(true);
    expect(await originalsAreIgnored(await openGit(outside.root), outside.path('originals'))).toBe(false);
    expect(await originalsAreIgnored(await openGit(outside.root), workspace.path('originals'))).toBe(false);
  });

  test('a folder whose name means something to git', async () => {
    await workspace.write('.gitignore', '*.png\n!**/:(top)/*.png\n');
    expect(await ignored('app/:(top)')).toBe(false);
    expect(await ignored('app/[a]*')).toBe(true);
  });
});

describe('whether a file is tracked', () => {
  const tracked = async (file: string) => (await openGit(workspace.path('app'))).isTracked(workspace.path(file));

  test('by its very name, or one that differs in case alone', async () => {
    await workspace.write('app/[x]/.env.local', '');
    await workspace.write('app/.ENV.Local', '');
    await workspace.write('.gitignore', '.env.local\n');
    await workspace.git('add', '--force', 'app/.ENV.Local');
    await workspace.write('app/x/.env.local', '');
    await workspace.git('add', '--force', 'app/x/.env.local');
    await workspace.write('app/.env', '');
    expect(await tracked('app/.env.local')).toBe(true);
    expect(await tracked('app/x/.env.local')).toBe(true);
    expect(await tracked('app/[x]/.env.local')).toBe(false);
    expect(await tracked('app/.env')).toBe(false);
  });

  test('git that cannot say so is no "no"', async () => {
    await workspace.write('app/.env.local', '');
    await workspace.write('.git/index', 'broken');
    await expect(tracked('app/.env.local')).rejects.toMatchObject({ code: 'CACHE_IGNORED' });
  });
});

describe('a repository that git does not answer for', () => {
  test.each([
    ['that belongs to somebody else', 'dubious ownership', () => vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')],
    ['without git installed', 'not installed', () => vi.stubEnv('PATH', '/nowhere')],
  ])('%s', async (_, words, arrange) => {
    arrange();
    const git = await openGit(workspace.path('app'));
    expect(git).toMatchObject({ top: undefined, trouble: expect.stringContaining(words) });
    await expect(originalsAreIgnored(git, workspace.path('app'))).rejects.toMatchObject({
      code: 'CACHE_IGNORED',
      message: expect.stringContaining(words),
    });
  });

  test('that has been moved away', async () => {
    await workspace.remove('.git');
    await workspace.write('.git', 'gitdir: /nowhere/.git/worktrees/x\n');
    expect((await openGit(workspace.path('app'))).trouble).toContain('not a git repository');
  });
});

test('no repository, no git: no trouble', async () => {
  await using outside = await createWorkspace();
  expect(await openGit(outside.root)).toMatchObject({ top: undefined, trouble: undefined });
  vi.stubEnv('PATH', '/nowhere');
  expect(await openGit(outside.root)).toMatchObject({ top: undefined, trouble: undefined });
});

test('a hook that says where its repository is does not mislead', async () => {
  vi.stubEnv('GIT_DIR', '.git');
  vi.stubEnv('GIT_INDEX_FILE', '.git/index');
  const git = await openGit(workspace.path('app'));
  expect(git.top).toBe(workspace.root);
  expect(git.indexLock).toBe(workspace.path('.git/index.lock'));
  expect(await git.isTracked(workspace.path('app/package.json'))).toBe(true);
});

test('files that are neither tracked nor ignored', async () => {
  const git = await openGit(workspace.path('app'));
  await workspace.write('.gitignore', '*.txt\n');
  await workspace.write('app/originals/ä b.json', '');
  await workspace.write('app/originals/b.txt', '');
  expect(await git.untracked(workspace.path('app/originals'))).toEqual(['ä b.json']);
  expect(await git.untracked(workspace.path('app/nothing'))).toEqual([]);
});
