import { readdirSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'tsup';
import { createWorkspace, repositoryRoot, type Workspace } from '../support/workspace.js';

/** The encoder, built and laid out as in the package: `dist/encoder.js` beside `assets`. */
export interface BuiltEncoder extends AsyncDisposable {
  workspace: Workspace;
  /** Of the forked process. */
  entry: URL;
  /** Of the side that forks it, for tests that end that side. */
  parent: URL;
}

export async function buildEncoder(): Promise<BuiltEncoder> {
  const workspace = await createWorkspace();
  const source = join(repositoryRoot, 'src/derivatives/encoder');
  await build({
    config: false,
    entry: { encoder: join(source, 'child.ts'), parent: join(source, 'encoder.ts') },
    outDir: workspace.path('dist'),
    format: 'esm',
    target: 'node20',
    platform: 'node',
    splitting: true,
    silent: true,
  });
  await symlink(join(repositoryRoot, 'assets'), workspace.path('assets'), 'junction');
  return {
    workspace,
    entry: pathToFileURL(workspace.path('dist/encoder.js')),
    parent: pathToFileURL(workspace.path('dist/parent.js')),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

/** Process ids of the encoders that a process has forked. Linux only, where tests run. */
export function encoderPids(entry: URL, parent = process.pid): number[] {
  const threads = readdirSync(`/proc/${parent}/task`);
  const children = threads.flatMap((thread) => procFile(`${parent}/task/${thread}/children`).trim().split(' '));
  return children.filter((pid) => pid && procFile(`${pid}/cmdline`).includes(entry.pathname)).map(Number);
}

/** Whether a process still runs; one that has ended but was not collected by its parent does not. */
export function isRunning(pid: number): boolean {
  const state = /^State:\s+(\w)/m.exec(procFile(`${pid}/status`))?.[1];
  return state !== undefined && state !== 'Z';
}

/** The most memory that a process has held so far, in MB. */
export function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(procFile(`${pid}/status`))?.[1]) / 1000;
}

/** Empty where the process is gone. */
function procFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
