import { setTimeout as delay } from 'node:timers/promises';
import type PQueue from 'p-queue';
import { isFailure } from '../failure.js';
import { ProviderError } from '../providers/provider.js';
import { LONGEST_WAIT } from './attempt.js';

/** Sends a request, and hears at once where the service asks for fewer. */
export type Send = <T>(request: () => Promise<T>) => Promise<T>;

/** Places for calls. There are fewer of them while the service asks for fewer calls. */
export interface Throttle {
  /**
   * Makes a call when there is a place for it.
   *
   * @param work may have something to do before it sends its request, and after
   * @param options `again`: it was made before, and goes before new ones; `signal`: it is not made any more
   * @throws the signal's reason before the call, never during it
   */
  call: <T>(work: (send: Send) => Promise<T>, options: { again: boolean; signal: AbortSignal }) => Promise<T>;
  /** Waits while the service wants no calls, for work that has its place and something to do before it calls. */
  opening: (signal: AbortSignal) => Promise<void>;
}

/** What is left of the places after the service asked for fewer calls. */
const LESS = 0.75;
/**
 * Milliseconds without new calls where the service does not say how many it wants: twice as many each time in a row, with no
 * call that succeeds in between. A single "no" among hundreds of calls costs little, and a service that means it is left alone.
 */
const PAUSE = { first: 125, longest: 8000 };

/**
 * Slows down for everybody at "too many requests", and gets faster again with each call that succeeds: what is in flight goes
 * on, nothing new is started for the time that the service names, and afterwards with fewer places.
 *
 * @param concurrency calls at once, at most
 */
export function createThrottle(concurrency: number): Throttle {
  let queue: Promise<PQueue> | undefined;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let openAt = Number.NEGATIVE_INFINITY;
  let inARow = 0;

  const opening = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    // Others may put it off further meanwhile.
    for (let wait = openAt - performance.now(); wait > 0; wait = openAt - performance.now()) {
      await delay(wait, undefined, { signal });
    }
  };

  const slowDown = (places: PQueue, startedAt: number, asked: number | undefined) => {
    const wait = asked ?? Math.min(PAUSE.longest, PAUSE.first * 2 ** inARow);
    // Nobody waits for that long: the run ends instead.
    if (wait > LONGEST_WAIT) return;
    // Calls that went out before the last slowing down say nothing new.
    if (startedAt >= slowedAt) {
      places.concurrency = Math.max(1, Math.floor(places.concurrency * LESS));
      inARow += 1;
    }
    slowedAt = performance.now();
    openAt = Math.max(openAt, slowedAt + wait);
  };

  return {
    opening,
    call: async (work, { again, signal }) => {
      // The library is loaded with the first purchase; most builds have none.
      queue ??= import('p-queue').then(({ default: Queue }) => new Queue({ concurrency }));
      const places = await queue;
      const send: Send = async (request) => {
        const startedAt = performance.now();
        try {
          const result = await request();
          inARow = 0;
          if (places.concurrency < concurrency) places.concurrency += 1;
          return result;
        } catch (error) {
          if (isFailure(error, 'PROVIDER_RATE_LIMITED')) {
            slowDown(places, startedAt, error instanceof ProviderError ? error.retryAfter : undefined);
          }
          throw error;
        }
      };
      const run = async () => {
        await opening(signal);
        return work(send);
      };
      return places.add(run, { priority: again ? 1 : 0 });
    },
  };
}
