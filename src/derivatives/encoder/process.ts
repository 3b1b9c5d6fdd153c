import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBirpc } from 'birpc';
import type { EncoderOperations } from './operations.js';
import { deserialize, serialize } from './wire.js';

/** One forked process, from its start to its end. */
export interface EncoderProcess {
  operations: EncoderOperations;
  /** False once it has ended or was told to. */
  isConnected: () => boolean;
  /** Settles with how the process ended and the last that it said. */
  ended: Promise<string>;
  /** Whether waiting for this process keeps ours alive. */
  hold: (busy: boolean) => void;
  /** Tells the process to end at once, whatever it is doing. */
  end: () => void;
}

/** Characters kept of what the process and its libraries write to stderr. */
const LAST_WORDS = 500;

/** @param threads how many of sharp's operations run at once */
export function startProcess(entry: URL, threads: number): EncoderProcess {
  const child = fork(fileURLToPath(entry), [String(threads)], {
    // Not ours: a debugger's port, a test runner's loader.
    execArgv: [],
    // Libraries write remarks (fontconfig's, say) that mean nothing to whoever started a build.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      // One more than sharp uses, so that reading and writing files never waits for an encoder.
      UV_THREADPOOL_SIZE: String(threads + 1),
      // glibc otherwise keeps the freed memory of every thread apart: measured 300 MB instead of 200 at the peak.
      MALLOC_ARENA_MAX: '2',
    },
  });

  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    // Not `close`: where handles were unreferenced in between, Node does not always emit it.
    child.once('exit', (code, signal) =>
      resolve([signal ?? `exit code ${code}`, lastWords.trim()].filter(Boolean).join(': ')),
    );
  });

  const operations = createBirpc<EncoderOperations>(
    {},
    {
      // What cannot be sent will not be answered; the end of the process then tells the caller.
      post: (message) => child.send(message, (error) => error && child.kill('SIGKILL')),
      on: (listener) => child.on('message', listener),
      serialize,
      deserialize,
      // Encoding a large picture on a busy machine takes as long as it takes.
      timeout: -1,
    },
  );

  return {
    operations,
    isConnected: () => child.connected,
    ended,
    hold: (busy) => {
      const action = busy ? 'ref' : 'unref';
      child[action]();
      child.channel?.[action]();
      // A pipe is a socket, which its type does not say.
      (child.stderr as Socket | null)?.[action]();
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}
