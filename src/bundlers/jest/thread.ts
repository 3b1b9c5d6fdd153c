import { parentPort } from 'node:worker_threads';
import { isFailure, renderFailure } from '../../failure.js';
import type { Answer, Failed, Line, Question } from './messages.js';

let open: Line | undefined;

function answer({ port, signal }: Line, message: Answer): void {
  open = undefined;
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

function toFailed(error: unknown): Failed {
  if (isFailure(error)) return { message: renderFailure(error) };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack };
}

parentPort?.on('message', ({ question, line }: { question: Question; line: Line }) => {
  open = line;
  import('./render.js')
    .then(({ render }) => render(question))
    .then((code) => answer(line, { code }))
    .catch((error: unknown) => answer(line, toFailed(error)));
});

// Whoever asked would sleep for ever.
process.on('uncaughtException', (error) => {
  if (!open) throw error;
  answer(open, toFailed(error));
});
