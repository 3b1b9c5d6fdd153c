import { fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBirpc } from 'birpc';
import type { EncoderOperations } from './operations.js';
import { deserialize, serialize } from './wire.js';

/** One forked process, from its start to its end. */
export interface EncoderProcess {
  operations: EncoderOperations;
  /** False once it has ended or was told to. */
  isConnected: () => boolean;
  ended: Promise<Ending>;
  /** Whether waiting for this process keeps ours alive. */
  hold: (busy: boolean) => void;
  /** Tells the process to end at once, whatever it is doing. */
  end: () => void;
}

/** How a process ended. */
export interface Ending {
  /** What killed it; `undefined` where it exited by itself. */
  signal: string | undefined;
  /** The error that it died of, or else the last that it and its libraries said. */
  words: string;
}

/** Characters kept of what the process and its libraries write to stderr. */
const LAST_WORDS = 8000;
/** Milliseconds in which what an ended process has written is still read. */
const LAST_READ = 100;

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
  const ended = new Promise<Ending>((resolve) => {
    child.on('error', (error) => resolve({ signal: undefined, words: error.message }));
    // Not `close`: where handles were unreferenced in between, Node does not always emit it.
    child.once('exit', async (code, signal) => {
      const read = new Promise((done) => child.stderr?.once('close', done));
      await Promise.race([read, delay(LAST_READ)]);
      resolve({ signal: signal ?? undefined, words: errorIn(lastWords) || `exit code ${code}` });
    });
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
      // Bun's channel keeps nothing alive.
      child.channel?.[action]?.();
      // A pipe is a socket, which its type does not say.
      (child.stderr as Socket | null)?.[action]();
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}

/** Node prints source line, error and stack: of these the error with its message, such as sharp's advice on installing it. */
function errorIn(words: string): string {
  return /^\w*Error\b.*?(?=\n {4}at |\n\nNode\.js |$(?![\s\S]))/ms.exec(words)?.[0] ?? words.trim().slice(-500);
}
