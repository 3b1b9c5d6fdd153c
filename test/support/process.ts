import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cleanEnvironment } from './environment.js';

export interface ProcessOptions {
  /** @default this process's own */
  cwd?: string;
  /** Added to a clean environment; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
}

export interface RunOptions extends ProcessOptions {
  /** Written to the process, then closed. @default nothing to read */
  stdin?: string;
  /** Milliseconds. @default 120 000 */
  timeout?: number;
}

export interface Finished {
  /** `null` where a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunResult extends Finished {
  stdout: string;
  stderr: string;
  /** Both, in the order in which they came. */
  output: string;
}

/** A process that goes on until it is told to stop. */
export interface Started extends AsyncDisposable {
  readonly pid: number;
  /** Both streams, in the order in which they came. */
  output: () => string;
  /**
   * Resolves as soon as the output matches, from its start or from an earlier length of `output()`.
   * @param timeout milliseconds, 30 000 by default
   * @throws Error with the output, when time is up or the process ends without it
   */
  waitFor: (pattern: RegExp, timeout?: number, from?: number) => Promise<RegExpExecArray>;
  /** Writes to its standard input, which is a pipe. */
  write: (text: string) => void;
  readonly exited: Promise<Finished>;
  /** Ends it and its children: by SIGTERM unless another signal is named, by SIGKILL after 5 seconds. */
  kill: (signal?: NodeJS.Signals) => Promise<Finished>;
}

const GRACE = 5_000;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/**
 * Runs a program without a shell and waits for its end, whatever its exit code.
 * @throws Error with the output when time is up; ENOENT where there is no such program
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeout = 120_000, stdin } = options;
  const { child, streams, exited } = launch(command, args, options, stdin === undefined ? 'ignore' : 'pipe');
  child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    // A program may end without reading everything.
    if (error.code !== 'EPIPE') throw error;
  });
  child.stdin?.end(stdin);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    signalGroup(child, 'SIGKILL');
  }, timeout);
  const finished = await exited.finally(() => clearTimeout(timer));
  if (late) throw new Error(`${command} ${args.join(' ')} took more than ${timeout} ms:\n${streams.output}`);
  return { ...finished, ...streams };
}

/** Starts a program without a shell and leaves it running. */
export async function start(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<Started> {
  const { child, streams, exited, onOutput } = launch(command, args, options, 'pipe');
  await Promise.race([once(child, 'spawn'), exited]);
  let over = false;
  exited.then(() => {
    over = true;
    for (const listener of [...onOutput]) listener();
  });

  const waitFor: Started['waitFor'] = (pattern, timeout = 30_000, from = 0) =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        onOutput.delete(look);
        act();
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${why} without ${pattern} in its output:\n${streams.output.slice(from)}`)));
      const look = () => {
        const match = new RegExp(pattern, pattern.flags.replace(/[gy]/g, '')).exec(streams.output.slice(from));
        if (match) settle(() => resolve(match));
        else if (over) fail(`${command} ended`);
      };
      const timer = setTimeout(() => fail(`${timeout} ms passed`), timeout);
      onOutput.add(look);
      look();
    });

  const kill: Started['kill'] = async (signal = 'SIGTERM') => {
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE);
    if (!over) signalGroup(child, signal);
    return exited.finally(() => clearTimeout(timer));
  };

  return {
    pid: child.pid!,
    output: () => streams.output,
    waitFor,
    write: (text) => void child.stdin!.write(text),
    exited,
    kill,
    [Symbol.asyncDispose]: async () => void (await kill()),
  };
}

function launch(command: string, args: readonly string[], { cwd, env }: ProcessOptions, stdin: 'ignore' | 'pipe') {
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: cleanEnvironment(env),
    stdio: [stdin, 'pipe', 'pipe'],
    // A group of its own, so that its children end with it.
    detached: process.platform !== 'win32',
  });
  const streams = { stdout: '', stderr: '', output: '' };
  const onOutput = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text;
      streams.output += text;
      for (const listener of [...onOutput]) listener();
    });
  }
  running.add(child);
  const exited = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => running.delete(child));
  return { child, streams, exited, onOutput };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // Already gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
