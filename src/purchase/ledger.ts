import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { PromptImageError } from '../failure.js';
import { replaceFile } from '../files/durable.js';
import { isErrno, listIfExists, readIfExists } from '../files/errno.js';
import { holdLock, isHeld, type Release, withLock } from '../originals/lock.js';
import { prepareFolder } from '../originals/originals.js';

/*
 * What all processes of a checkout have spent lately, in one file beside the originals, so that runs that go on at once do
 * not each spend a whole budget. A call is counted before it is made: a process may die in it, and the bill comes all the same.
 */

/** `command` and `build` count for themselves; dev servers of a root count together, over 24 hours. */
export type RunKind = 'command' | 'build' | 'dev';

const runSchema = z.strictObject({
  kind: z.enum(['command', 'build', 'dev']),
  maxImages: z.int(),
  maxCost: z.number().optional(),
  /** Somebody confirmed more, so its limits bind nobody, and its calls count for nobody else. */
  lifted: z.literal(true).optional(),
});
const ledgerSchema = z.strictObject({
  version: z.literal(1),
  runs: z.record(z.string(), runSchema),
  /** Calls by run, model and the hour (UTC) in which they were made. */
  calls: z.array(z.strictObject({ run: z.string(), model: z.string(), hour: z.iso.datetime(), count: z.int() })),
});

export type LedgerRun = z.infer<typeof runSchema>;
export type LedgerState = z.infer<typeof ledgerSchema>;

/** Dev servers run for days; this is what their budget is for. */
const DAY = 24 * 3_600_000;

type Change = (state: LedgerState) => Promise<void>;

export interface Ledger {
  /** What counts now: runs that are alive, and calls of theirs or of dev servers within a day. Writes nothing. */
  read: () => Promise<LedgerState>;
  /**
   * Reads, changes and writes while nobody else does. Many calls go out at once, and each waits for this: those of a process
   * share a write instead of taking turns.
   *
   * @param change throws before it changes anything, and then only its own update fails
   */
  update: <T>(change: (state: LedgerState) => T | Promise<T>) => Promise<T>;
  /** Enters a run, which counts as going on until it is left or its process ends. */
  enter: (run: LedgerRun) => Promise<{ id: string; leave: () => Promise<void> }>;
}

/** @throws `CACHE_CORRUPT` from all of its functions where the file cannot be understood: then nobody knows what was spent */
export function openLedger(originalsFolder: string): Ledger {
  const local = join(originalsFolder, '.local');
  const path = join(local, 'ledger.json');
  const lockOf = (id: string) => join(local, 'runs', id);

  /** Also of those that died before they were in the ledger. Locks are taken only while nobody else changes it. */
  const sweepRuns = async () => {
    for (const name of await listIfExists(join(local, 'runs'))) await isHeld(lockOf(name.replace(/\.claim$/, '')));
  };

  const read = async () => current(parseLedger(path, await readFile(path)), (id) => isHeld(lockOf(id)));

  const write = async (changes: readonly Change[]) => {
    await prepareFolder(originalsFolder);
    await withLock(join(local, 'locks', 'ledger'), new AbortController().signal, async () => {
      const state = await read();
      for (const change of changes) await change(state);
      await replaceFile(path, `${JSON.stringify(state, undefined, 2)}\n`);
    });
  };

  /** The write that has not begun yet: changes that come while the one before goes on are written together. */
  let next: { changes: Change[]; written: Promise<void> } | undefined;
  let last = Promise.resolve();

  const schedule = () => {
    const changes: Change[] = [];
    const written = last.then(() => {
      next = undefined;
      return write(changes);
    });
    // Whoever asked for it is told; the write after it may succeed.
    last = written.catch(() => {});
    return { changes, written };
  };

  const update: Ledger['update'] = async <T>(change: (state: LedgerState) => T | Promise<T>) => {
    next ??= schedule();
    const { changes, written } = next;
    const changed = new Promise<T>((resolve, reject) => {
      changes.push(async (state) => {
        try {
          resolve(await change(state));
        } catch (error) {
          reject(error);
        }
      });
    });
    const [result] = await Promise.all([changed, written]);
    return result;
  };

  return {
    read,
    update,
    enter: async (run) => {
      const id = randomBytes(8).toString('hex');
      let release: Release = async () => {};
      try {
        await update(async (state) => {
          await sweepRuns();
          release = await holdLock(lockOf(id));
          state.runs[id] = run;
        });
      } catch (error) {
        await Promise.allSettled([release()]);
        throw error;
      }
      // That nobody holds its lock says all there is to say, even where nothing can be written any more.
      return { id, leave: release };
    },
  };
}

/** Enters calls into a state, or with a negative count takes them back. */
export function countCalls(state: LedgerState, run: string, model: string, count: number): void {
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
  const calls = state.calls.filter((call) => call.run === run && call.model === model);
  // What is taken back may have been counted in the hour before.
  const found = count < 0 ? calls.at(-1) : calls.find((call) => call.hour === hour);
  if (found) found.count += count;
  else state.calls.push({ run, model, hour, count });
}

async function readFile(path: string): Promise<Buffer | undefined> {
  try {
    return await readIfExists(path);
  } catch (error) {
    throw isErrno(error) ? unreadable(path, error) : error;
  }
}

function parseLedger(path: string, bytes: Buffer | undefined): LedgerState {
  if (!bytes) return { version: 1, runs: {}, calls: [] };
  try {
    return ledgerSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: Error): PromptImageError {
  return new PromptImageError('CACHE_CORRUPT', `${path}, which counts what was spent, cannot be read`, {
    next: 'Nothing is bought meanwhile. Delete it to count from zero.',
    cause,
  });
}

/** Without runs that have ended, and without calls that count no more. */
async function current(state: LedgerState, isAlive: (id: string) => Promise<boolean>): Promise<LedgerState> {
  const runs: LedgerState['runs'] = {};
  for (const [id, run] of Object.entries(state.runs)) {
    if (await isAlive(id)) runs[id] = run;
    // Which of them were dev servers is remembered by the calls, which outlive them.
    else if (run.kind === 'dev' && !run.lifted) {
      for (const call of state.calls) if (call.run === id) call.run = PAST_DEV;
    }
  }
  // Either way, so that a clock that was wrong for a while blocks nobody for longer than a day.
  const isRecent = (hour: string) => Math.abs(Date.now() - Date.parse(hour)) < DAY + 3_600_000;
  const counts = ({ run, hour, count }: LedgerState['calls'][number]) =>
    count > 0 && (run === PAST_DEV || runs[run]?.kind === 'dev' ? isRecent(hour) : runs[run] !== undefined);
  return { version: 1, runs, calls: state.calls.filter(counts) };
}

/** In place of the run: calls of dev servers that are no more. */
export const PAST_DEV = 'dev';
