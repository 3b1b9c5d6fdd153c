import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type RunOptions, repositoryRoot, run } from '../../support/workspace.js';

/** The package as npm publishes it. */
export interface Tarball extends AsyncDisposable {
  /** Absolute path of the `.tgz`. */
  path: string;
  /** A folder with its content. */
  folder: string;
}

/** Left out of the copy: made anew, linked, or of no use to a build. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', join('bench', '.work')]);

/** Packs a copy of the repository, whose own `dist` other tests are using, with a build of its own. */
export async function packTarball(): Promise<Tarball> {
  const root = await mkdtemp(join(tmpdir(), 'prompt-image-pack-'));
  const copy = join(root, 'repository');
  await cp(repositoryRoot, copy, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(relative(repositoryRoot, source)),
  });
  await symlink(join(repositoryRoot, 'node_modules'), join(copy, 'node_modules'), 'junction');
  await succeed('npm', ['pack', '--pack-destination', root], { cwd: copy, timeout: 240_000 });
  const name = (await readdir(root)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`npm pack left nothing in ${root}`);
  await succeed('tar', ['-xzf', name], { cwd: root });
  return {
    path: join(root, name),
    folder: join(root, 'package'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Runs a program that must succeed. @returns what it prints */
export async function succeed(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return output;
}
