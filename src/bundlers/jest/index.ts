import { createHash } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { InlineOptions } from '../../project.js';
import type { Answer, Failed, Line, Question } from './messages.js';

/** What is used of that with which Jest calls a transform. */
export interface TransformOptions {
  config: { rootDir: string };
  /** What stands beside the transform's name in Jest's config. */
  transformerConfig: InlineOptions;
  /** Whether it is imported as an ES module, of which Jest takes the default export alone. */
  supportsStaticESM: boolean;
}

/** What is used of Jest's own interface, in 29 and 30. */
export interface Transformer {
  process: (text: string, path: string, options: TransformOptions) => { code: string };
  getCacheKey: (text: string, path: string, options: TransformOptions) => string;
}

/** Jest waits for a transform and for nothing that it promises: a thread does the work, and this one sleeps meanwhile. */
let thread: Worker | undefined;

function ask(question: Question): Answer {
  thread ??= startThread();
  const { port1, port2 } = new MessageChannel();
  const line: Line = { port: port2, signal: new Int32Array(new SharedArrayBuffer(4)) };
  thread.postMessage({ question, line }, [port2]);
  Atomics.wait(line.signal, 0, 0);
  const answer: Answer = receiveMessageOnPort(port1)?.message;
  port1.close();
  return answer;
}

function startThread(): Worker {
  const started = new Worker(new URL('./jest-thread.js', import.meta.url), {
    // Not all processes that use a transform have Jest's mark, under which nothing is bought.
    env: { ...process.env, JEST_WORKER_ID: process.env.JEST_WORKER_ID || '1' },
  });
  started.unref();
  return started;
}

function render(text: string, path: string, options: TransformOptions): string {
  const { config, transformerConfig, supportsStaticESM } = options;
  const answer = ask({ path, root: config.rootDir, options: transformerConfig, isModule: supportsStaticESM });
  if ('message' in answer) throw toError(answer);
  return answer.code ?? text;
}

/** Of a user's mistake Jest shows the line that imports the manifest, and none of ours. */
function toError({ message, stack }: Failed): Error {
  const error = Object.assign(new Error(message), { name: '' });
  if (stack === undefined) Error.captureStackTrace(error, transformer.getCacheKey);
  else error.stack = stack;
  return error;
}

/** The transform for Jest 29 and 30: a manifest is the image that a dev server shows for it. It buys nothing. */
const transformer: Transformer = {
  process: (text, path, options) => ({ code: render(text, path, options) }),
  // All that it depends on is in what comes of it.
  getCacheKey: (text, path, options) =>
    createHash('sha256')
      .update(render(text, path, options))
      .digest('hex'),
};

// The second name is what `require()` gives.
export { transformer as default, transformer as 'module.exports' };
