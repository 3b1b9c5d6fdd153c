import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './process.js';

export { cleanEnvironment } from './environment.js';
export * from './process.js';

/** The folder of this repository. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Text, bytes, or an object that is written as JSON. */
export type FileContent = string | Uint8Array | object;

export interface WorkspaceOptions {
  /** Makes a git repository whose one commit holds the files. @default false */
  git?: boolean;
  /** Which of the repository's packages is imported as `vite`. @default 'vite' */
  vite?: 'vite' | 'vite7';
}

/** A project folder of its own, away from the repository. Paths are relative to `root`, with forward slashes. */
export interface Workspace extends AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** Absolute path. */
  path: (...segments: string[]) => string;
  write: (file: string, content: FileContent) => Promise<void>;
  /** Writes a file as editors save it: nobody finds it empty or half written. */
  replace: (file: string, content: FileContent) => Promise<void>;
  read: (file: string) => Promise<string>;
  readBytes: (file: string) => Promise<Buffer>;
  /** A file or a whole folder; nothing happens where there is none. */
  remove: (path: string) => Promise<void>;
  /** All files below a folder, sorted, relative to it, but those in `node_modules` and `.git`; none where it is missing. */
  list: (dir?: string) => Promise<string[]>;
  /** SHA-256 over what `list` names and what the files hold. @throws Error where there are no files, as that proves nothing */
  hashTree: (dir?: string) => Promise<string>;
  /** Absolute path of a package's command, to run with `process.execPath`. */
  bin: (packageName: string, command?: string) => string;
  /** Runs git in it. @returns what git prints @throws Error unless git succeeds */
  git: (...args: string[]) => Promise<string>;
}

/**
 * Makes a temporary project whose `node_modules` links to the repository's packages, and `unplugin-prompt-image` to the
 * repository. It has a `package.json` of type `module` unless the files bring their own.
 */
export async function createWorkspace(
  files: Record<string, FileContent> = {},
  { git = false, vite = 'vite' }: WorkspaceOptions = {},
): Promise<Workspace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'prompt-image-')));
  const path = (...segments: string[]) => join(root, ...segments);
  const workspace: Workspace = {
    root,
    path,
    write: (file, content) => writeInside(root, file, content),
    replace: async (file, content) => {
      await writeInside(root, `${file}.new`, content);
      await rename(path(`${file}.new`), path(file));
    },
    read: (file) => readFile(path(file), 'utf8'),
    readBytes: (file) => readFile(path(file)),
    remove: async (file) => rm(await insidePath(root, file), { recursive: true, force: true }),
    list: (dir = '.') => listFiles(path(dir)),
    hashTree: (dir = '.') => hashTree(path(dir)),
    bin: (packageName, command = packageName) => binOf(path('node_modules', packageName), command),
    git: (...args) => runGit(root, args),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  await linkPackages(path('node_modules'), vite);
  const manifest = { name: 'workspace', private: true, type: 'module' };
  for (const [file, content] of Object.entries({ 'package.json': manifest, ...files })) {
    await workspace.write(file, content);
  }
  if (git) await commitAll(workspace);
  return workspace;
}

async function linkPackages(target: string, vite: string): Promise<void> {
  await mkdir(target);
  await link(target, { vite, 'unplugin-prompt-image': '..' });
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  await linkMissing(target, Object.keys({ ...dependencies, ...devDependencies }));
}

/**
 * Links packages of the repository into a `node_modules`, whole scopes as one, and leaves those that are there. Not all that are
 * installed: a link for each of them would take longer than most tests.
 */
export async function linkMissing(target: string, packages: readonly string[]): Promise<void> {
  const names = new Set(packages.map((name) => name.replace(/\/.*/, '')));
  for (const present of await readdir(target)) names.delete(present);
  await link(target, Object.fromEntries(Array.from(names, (name) => [name, name])));
}

/** @param links names in `target`, and what each leads to, from the repository's `node_modules` */
async function link(target: string, links: Record<string, string>): Promise<void> {
  const source = join(repositoryRoot, 'node_modules');
  // Junctions need no privilege on Windows; elsewhere the type is ignored.
  await Promise.all(
    Object.entries(links).map(([name, to]) => symlink(resolve(source, to), join(target, name), 'junction')),
  );
}

/** What `git config` would write, in one go. */
const GIT_CONFIG = `[user]
\tname = Test
\temail = test@example.com
[commit]
\tgpgsign = false
[core]
\tautocrlf = false
`;

async function commitAll({ path, write, git }: Workspace): Promise<void> {
  await git('init', '--quiet', '--initial-branch=main', '--template=');
  await write('.git/info/exclude', 'node_modules\n');
  await appendFile(path('.git/config'), GIT_CONFIG);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Start');
}

async function runGit(root: string, args: string[]): Promise<string> {
  const { code, output, stdout } = await run('git', args, { cwd: root });
  if (code !== 0) throw new Error(`git ${args.join(' ')} failed:\n${output}`);
  return stdout;
}

async function writeInside(root: string, file: string, content: FileContent): Promise<void> {
  const path = await insidePath(root, file);
  await mkdir(dirname(path), { recursive: true });
  const raw = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, raw ? content : `${JSON.stringify(content, null, 2)}\n`);
}

/** @throws Error where a link leads out, such as one to the repository's own packages */
async function insidePath(root: string, file: string): Promise<string> {
  const path = resolve(root, file);
  let folder = dirname(path);
  for (;;) {
    const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (real === root || real?.startsWith(root + sep)) return path;
    if (real !== undefined) throw new Error(`${file} is outside of the workspace`);
    folder = dirname(folder);
  }
}

async function listFiles(dir: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) files.push(relative(dir, path).split(sep).join('/'));
      else if (entry.name !== 'node_modules' && entry.name !== '.git') await visit(path);
    }
  };
  await visit(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return files.sort();
}

async function hashTree(dir: string): Promise<string> {
  const files = await listFiles(dir);
  if (files.length === 0) throw new Error(`There are no files in ${dir}`);
  const tree = createHash('sha256');
  for (const file of files) {
    const content = await readFile(join(dir, file)).catch(async (error: NodeJS.ErrnoException) => {
      // A link to a folder, or to nothing: what it says is what counts.
      if (error.code !== 'EISDIR' && error.code !== 'ENOENT') throw error;
      return readlink(join(dir, file));
    });
    tree.update(`${file}\0${createHash('sha256').update(content).digest('hex')}\n`);
  }
  return tree.digest('hex');
}

function binOf(folder: string, command: string): string {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin?: string | Record<string, string>;
  };
  const file = typeof bin === 'string' ? bin : bin[command];
  if (file === undefined) throw new Error(`${folder} has no command ${command}`);
  return join(folder, file);
}
