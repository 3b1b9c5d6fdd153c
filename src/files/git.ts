import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { isErrno } from './durable.js';

/** What the project asks git. Where there is no git, or no repository, `top` is undefined and every rule of git's is skipped. */
export interface Git {
  /** The repository's top folder. */
  top: string | undefined;
  isTracked: (path: string) => Promise<boolean>;
  /** Whether git would ignore any of these, judged by its rules alone. */
  isIgnored: (paths: readonly string[]) => Promise<boolean>;
  /** Files in a folder that git neither tracks nor ignores. */
  untracked: (folder: string) => Promise<string[]>;
  /** Whether another git command is changing the work tree at this moment. */
  indexLock: string | undefined;
}

/** Asks git about the repository that `folder` is in. Nothing is remembered: answers change while a dev server runs. */
export async function openGit(folder: string): Promise<Git> {
  const git = (args: string[], cwd = folder) => runGit(args, cwd);
  const location = await git(['rev-parse', '--show-toplevel', '--absolute-git-dir']);
  if (location.code !== 0) {
    const no = async () => false;
    return { top: undefined, isTracked: no, isIgnored: no, untracked: async () => [], indexLock: undefined };
  }
  const [top, gitDirectory] = location.stdout.trim().split('\n');
  return {
    top,
    isTracked: async (path) => (await git(['ls-files', '--error-unmatch', '--', path], dirname(path))).code === 0,
    isIgnored: async (paths) => (await git(['check-ignore', '--no-index', '--', ...paths])).code === 0,
    untracked: async (path) => {
      const listing = await git(['ls-files', '--others', '--exclude-standard', '-z', '--', path]);
      return listing.stdout.split('\0').filter(Boolean);
    },
    indexLock: `${gitDirectory}/index.lock`,
  };
}

/** Whether git would leave out pictures or records that are put into this folder. */
export async function originalsAreIgnored(git: Git, folder: string): Promise<boolean> {
  if (git.top === undefined) return false;
  const stem = join(folder, `name-${'0'.repeat(16)}-${'0'.repeat(8)}`);
  return git.isIgnored(['png', 'jpg', 'webp', 'avif', 'json'].map((extension) => `${stem}.${extension}`));
}

async function runGit(args: string[], cwd: string): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (!error) resolve({ code: 0, stdout });
      // 1: the answer is no; 128: no repository here. No git at all, or no such folder: the same as no repository.
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout });
      else if (isErrno(error, 'ENOENT', 'ENOTDIR')) resolve({ code: 128, stdout: '' });
      else reject(error);
    });
  });
}
