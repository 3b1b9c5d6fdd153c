import type { MessagePort } from 'node:worker_threads';
import type { InlineOptions } from '../../project.js';

/** What a manifest is in a test. */
export interface Question {
  path: string;
  /** Jest's. */
  root: string;
  options: InlineOptions;
  /** Whether an ES module imports it, or CommonJS requires it. */
  isModule: boolean;
}

/** Where the answer goes: one line a question, so that none is taken for another's. */
export interface Line {
  port: MessagePort;
  /** Whoever asked sleeps on its only element. */
  signal: Int32Array;
}

/** JSON, but for a manifest that is none of ours; or what went wrong. */
export type Answer = { code: string | undefined } | Failed;

export interface Failed {
  message: string;
  /** Of what is no mistake of a user's. */
  stack?: string | undefined;
}
