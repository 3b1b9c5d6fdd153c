import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import { PromptImageError } from '../../failure.js';
import type { EncoderOperations } from './operations.js';
import { type EncoderProcess, type Ending, startProcess } from './process.js';

/** sharp, in a process of its own that starts with the first operation and does not keep ours alive. */
export interface Encoder extends EncoderOperations {
  /** Ends the process and waits for that. What was asked for and not answered fails with `ABORTED`, as does what is asked later. */
  dispose: () => Promise<void>;
}

export interface EncoderSettings {
  /** The built `child.ts`. @default `encoder.js` beside the built file that this is part of */
  entry?: URL;
  /**
   * How many of sharp's operations run at once. Bytes do not depend on it.
   * @default `os.availableParallelism()`, which heeds the limits of a container
   */
  threads?: number;
}

export function createEncoder({
  entry = new URL('./encoder.js', import.meta.url),
  threads = availableParallelism(),
}: EncoderSettings = {}): Encoder {
  // One picture more than threads: while one ends with a long encoding, the next is being decoded.
  const queue = new PQueue({ concurrency: threads + 1 });
  const disposal = new AbortController();
  let current: EncoderProcess | undefined;
  let pending = 0;

  /** Runs one operation in the process; `subject` is what a crash is blamed on. */
  const run = async <T>(subject: Subject, operation: (operations: EncoderOperations) => Promise<T>): Promise<T> => {
    pending += 1;
    try {
      return await queue.add(
        async () => {
          if (disposal.signal.aborted) throw disposed(subject);
          if (!current?.isConnected()) current = startProcess(entry, threads);
          current.hold(true);
          const end = current.ended.then((ending) => {
            throw disposal.signal.aborted ? disposed(subject) : crashed(subject, ending);
          });
          return Promise.race([operation(current.operations), end]);
        },
        { priority: subject.priority },
      );
    } finally {
      pending -= 1;
      if (pending === 0) current?.hold(false);
    }
  };

  return {
    inspect: (path) => run(answer(path), (on) => on.inspect(path)),
    encode: (job) => run({ name: job.source, priority: 0 }, (on) => on.encode(job)),
    prepareReference: (job) => run(answer(job.name), (on) => on.prepareReference(job)),
    raster: (job) => run(answer('an SVG document'), (on) => on.raster(job)),
    sheet: (job) => run(answer('a contact sheet'), (on) => on.sheet(job)),
    versions: () => run(answer("sharp's versions"), (on) => on.versions()),

    dispose: async () => {
      disposal.abort();
      if (!current) return;
      const { end, ended, hold } = current;
      hold(true);
      end();
      await ended;
    },
  };
}

/** What an operation is about. */
interface Subject {
  name: string;
  /** Higher goes first. */
  priority: number;
}

/** Something that a person or a purchase waits for, so that it overtakes the encoding of files. */
function answer(name: string): Subject {
  return { name, priority: 1 };
}

function crashed({ name }: Subject, { signal, words }: Ending): PromptImageError {
  if (signal === undefined) {
    return new PromptImageError(
      'ENCODER_FAILED',
      `The encoder's process failed before it was done with ${name}: ${words}`,
    );
  }
  return new PromptImageError(
    'ENCODER_FAILED',
    `The encoder's process was ended by ${signal} while it worked on ${name}`,
    {
      next: 'Run it again. If the same picture fails again, replace it; if others do, the machine may be short of memory.',
    },
  );
}

function disposed({ name }: Subject): PromptImageError {
  return new PromptImageError('ABORTED', `Work on ${name} was given up, because the project was closed`);
}
