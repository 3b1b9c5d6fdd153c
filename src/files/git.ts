import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { PromptImageError } from '../failure.js';
import { isErrno } from './durable.js';

/** What the project asks git. Outside of a repository `top` is undefined and every rule of git's is skipped. */
export interface Git {
  /** The repository's top folder. */
  top: string | undefined;
  /** Git's words where there is a repository that it does not answer for: then nothing is known, not even that it tracks nothing. */
  trouble: string | undefined;
  /** @throws `CACHE_IGNORED` where git fails to say so */
  isTracked: (path: string) => Promise<boolean>;
  /** Whether git would ignore any of these, which lie in one folder, judged by its rules alone. */
  isIgnored: (paths: readonly string[]) => Promise<boolean>;
  /** Files in a folder that git neither tracks nor ignores. */
  untracked: (folder: string) => Promise<string[]>;
  /** The file that is there while another git command is changing the work tree. */
  indexLock: string | undefined;
}

/** Asks git about the repository that `folder` is in. Nothing is remembered: answers change while a dev server runs. */
export async function openGit(folder: string): Promise<Git> {
  const location = await locate(folder);
  if (location.state !== 'found') {
    const no = async () => false;
    const trouble = location.state === 'trouble' ? location.words : undefined;
    return { top: undefined, trouble, isTracked: no, isIgnored: no, untracked: async () => [], indexLock: undefined };
  }
  return {
    top: location.top,
    trouble: undefined,
    isTracked: async (path) => {
      // Where the file system does not tell cases apart, a tracked `.ENV.LOCAL` is the file that we read.
      const name = `:(icase,literal)${basename(path)}`;
      return saysYes(await runGit(['ls-files', '--error-unmatch', '--', name], dirname(path)));
    },
    isIgnored,
    untracked: async (path) => {
      const listing = await runGit(['ls-files', '--others', '--exclude-standard', '-z'], path);
      return listing.stdout.split('\0').filter(Boolean);
    },
    indexLock: join(location.directory, 'index.lock'),
  };
}

/**
 * Whether git would leave out pictures or records that are put into this folder. Outside of every repository it does so
 * too, if the project is in one.
 *
 * @throws `CACHE_IGNORED` where git cannot be asked: nobody knows then
 */
export async function originalsAreIgnored(git: Git, folder: string): Promise<boolean> {
  if (git.trouble !== undefined) throw unanswered(git.trouble);
  if (git.top === undefined) return false;
  // The folder may lie in another repository than the project, a submodule above all: that one's rules count.
  const location = await locate(existing(folder));
  if (location.state === 'trouble') throw unanswered(location.words);
  if (location.state === 'none') return true;
  const stem = join(folder, `name-${'0'.repeat(16)}-${'0'.repeat(8)}`);
  return isIgnored(['png', 'jpg', 'webp', 'avif', 'json'].map((extension) => `${stem}.${extension}`));
}

async function isIgnored(paths: readonly string[]): Promise<boolean> {
  // From within, because git refuses paths that lead through a symbolic link.
  const folder = existing(dirname(paths[0] ?? ''));
  const names = paths.map((path) => `./${relative(folder, path)}`);
  return saysYes(await runGit(['check-ignore', '--no-index', '--', ...names], folder));
}

function saysYes({ code, words }: Answer): boolean {
  if (code > 1) throw unanswered(words);
  return code === 0;
}

/** The folder, or the nearest one above it that exists. */
function existing(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : existing(dirname(folder));
}

type Location =
  | { state: 'found'; top: string; directory: string }
  | { state: 'none' }
  | { state: 'trouble'; words: string };

async function locate(folder: string): Promise<Location> {
  const { code, stdout, words } = await runGit(['rev-parse', '--show-toplevel', '--absolute-git-dir'], folder);
  const [top, directory] = stdout.split('\n');
  if (code === 0 && top && directory) return { state: 'found', top, directory };
  // "(or any …": it has looked in all folders above. Without that, one of them says that it is in a repository.
  if (/^fatal: not a git repository \(or any /.test(words)) return { state: 'none' };
  if (code === NO_GIT && !isUnderGit(folder)) return { state: 'none' };
  return { state: 'trouble', words };
}

function isUnderGit(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (folder !== dirname(folder) && isUnderGit(dirname(folder)));
}

function unanswered(words: string): PromptImageError {
  return new PromptImageError('CACHE_IGNORED', 'git does not say what it tracks and ignores here', {
    next: `${words}\nOr, where nothing is to be kept, set commit: false in the config.`,
  });
}

const NO_GIT = 127;

/** Git in a hook is told where its repository is by these; what we ask for is the one that the folder is in. */
const misleading = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_PREFIX'];

/** What a call of git may be given beside its arguments. */
export interface GitInput {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Written to its standard input. */
  input?: string;
}

export interface Answer {
  /** 0: yes, 1: no, 128: an error that `words` tells, 127: there is no git. */
  code: number;
  stdout: string;
  words: string;
}

/** Runs git in a folder, speaking English, away from whatever repository a hook is in. */
export async function runGit(args: string[], cwd: string, { env: more = {}, input }: GitInput = {}): Promise<Answer> {
  const inherited = Object.entries(process.env).filter(([name]) => !misleading.includes(name));
  const env = { ...Object.fromEntries(inherited), LC_ALL: 'C', ...more };
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) resolve({ code: 0, stdout, words: '' });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, words: stderr.trim() });
      // No such program, or no such folder.
      else if (isErrno(error, 'ENOENT', 'ENOTDIR'))
        resolve({ code: NO_GIT, stdout: '', words: 'git is not installed' });
      else reject(error);
    });
    if (input === undefined) return;
    // Where git ends before it has read everything, its exit code says why.
    child.stdin?.on('error', (error) => isErrno(error, 'EPIPE') || reject(error));
    child.stdin?.end(input);
  });
}
