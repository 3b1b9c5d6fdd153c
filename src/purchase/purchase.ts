import type PQueue from 'p-queue';
import type { PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { withKeyLock } from '../originals/lock.js';
import { shortKey } from '../originals/names.js';
import type { Original } from '../originals/originals.js';
import type { Run } from './budget.js';
import { type CallEvent, type CallOptions, createCaller } from './call.js';
import { download } from './download.js';
import { unwritable } from './intents.js';
import { createMemory } from './memory.js';
import { createRecover } from './recover.js';
import { openRefusals } from './refusals.js';
import type { Stock } from './stock.js';
import { createStorage, type StorageOptions } from './storage.js';
import { createThrottle } from './throttle.js';
import { unresolved } from './unanswered.js';
import type { Want } from './want.js';

export type PurchaseEvent =
  | CallEvent
  | { type: 'bought'; address: string; original: Original }
  /** There is no second copy of what was bought. */
  | { type: 'not-stocked'; address: string; why: string };

export interface PurchaseOptions
  extends Pick<StorageOptions, 'originals' | 'intents' | 'inspect'>,
    Omit<CallOptions, 'storage' | 'throttle' | 'memory' | 'onEvent'> {
  stock: Stock;
  /** Calls at once. */
  concurrency: number;
  /** Checked before the first call; throws where nothing may be bought into the folder. */
  admit: () => Promise<void>;
  onEvent: (event: PurchaseEvent) => void;
}

export interface BuyOptions {
  /** Who spends. */
  run: Run;
  /** Starts nothing more. */
  signal?: AbortSignal | undefined;
  /** Somebody asks even for what was refused, or may have been billed twice already. */
  retry?: boolean | undefined;
}

export interface Purchase {
  original: Original;
  /** Otherwise it had just come from elsewhere. */
  bought: boolean;
}

/** Buys pictures: each key once, however many environments and processes ask for it at the same time. */
export interface Purchases {
  buy: (want: Want, options: BuyOptions) => Promise<Purchase>;
  /** Looks where pictures lie that this user has already paid for. Costs nothing and needs no consent. */
  restore: (want: Want) => Promise<Original | undefined>;
  /** Stores what earlier runs paid for and could not store. Costs nothing. @returns what cannot be stored, by intent */
  recover: () => Promise<PromptImageError[]>;
  /** The failure that is remembered for a picture; it is not asked for again by itself. */
  failureOf: (want: Want) => Promise<PromptImageError | undefined>;
  /** What a person should know before a picture is asked for: that it may be billed already. */
  doubtOf: (want: Want) => Promise<string | undefined>;
  /** Somebody asks explicitly: what may have passed is tried again. What was refused is not. */
  forgetFailures: () => void;
  /** Starts nothing more for good, and waits for what is under way: it is paid for. */
  stop: () => Promise<void>;
  /** The same, after which it can go on. */
  settle: () => Promise<void>;
}

/** Pictures that are looked for, paused for or stored while others are being called for. */
const AHEAD = 2;

export function createPurchases(options: PurchaseOptions): Purchases {
  const { provider, originals, intents, stock, onEvent } = options;
  const refusals = openRefusals(originals.folder, provider.name);
  const memory = createMemory(originals.folder, refusals, provider.free === true);
  let queue: Promise<PQueue> | undefined;
  const running = new Map<string, Promise<Purchase>>();
  let admitted: Promise<void> | undefined;
  let stopping = new AbortController();
  const storage = createStorage({
    ...options,
    refusals,
    download: (url) => download(url, options),
    onStored: async (original) => {
      try {
        await stock.keep(original);
      } catch (error) {
        if (!isErrno(error)) throw error;
        onEvent({ type: 'not-stocked', address: original.record.for, why: error.message });
      }
    },
  });
  const call = createCaller({ ...options, memory, storage, throttle: createThrottle(options.concurrency) });

  /** The library is loaded with the first purchase; most builds have none. */
  const enqueue = async <T>(task: () => Promise<T>): Promise<T> => {
    queue ??= import('p-queue').then(({ default: Queue }) => new Queue({ concurrency: options.concurrency * AHEAD }));
    return (await queue).add(task);
  };

  const admit = async () => {
    admitted ??= options.admit();
    try {
      await admitted;
    } catch (error) {
      // What was wrong may have been mended when the next one asks.
      admitted = undefined;
      throw error;
    }
  };

  const find = (key: string): Promise<Original | undefined> => {
    // Another process may have just added it.
    originals.refresh();
    return originals.find(key);
  };

  const restore = async ({ key }: Want): Promise<Original | undefined> => {
    try {
      return (await stock.restore(key)) ? await find(key) : undefined;
    } catch (error) {
      throw isErrno(error)
        ? unwritable(error, 'There is a copy of what was bought before, so nothing is bought.')
        : error;
    }
  };

  /** By the one process that holds the key's lock, once nothing else has the picture. */
  const lookOrCall = async (
    want: Want,
    { run, retry }: BuyOptions,
    signal: AbortSignal,
    onAsked: () => void,
  ): Promise<Purchase> => {
    const key16 = shortKey(want.key);
    const completion = await storage.complete(key16);
    const { stuck, unanswered } = completion;
    const there = await find(want.key).catch((error: unknown) => {
      throw stuck[0]?.failure ?? error;
    });
    const original = there ?? (await restore(want));
    if (original) {
      for (const { path } of unanswered) await intents.close(path);
      return { original, bought: false };
    }
    // The picture is in hand, or lies where it can be fetched from: whoever asks, it is not paid for again.
    const kept = stuck.find(({ isHopeless }) => !isHopeless);
    if (kept) throw kept.failure;
    if (retry) await storage.giveUp(completion);
    else {
      // While this one waited for its turn, another may have found out that no call can succeed.
      const failure = stuck[0]?.failure ?? (await memory.find(want)) ?? unresolved(unanswered);
      if (failure) throw failure;
    }
    const bought = await call(want, { run, signal, onAsked, unanswered: retry ? [] : unanswered });
    memory.forget(want);
    onEvent({ type: 'bought', address: want.address, original: bought });
    return { original: bought, bought: true };
  };

  const purchase = async (want: Want, buying: BuyOptions, signal: AbortSignal): Promise<Purchase> => {
    signal.throwIfAborted();
    const failure = buying.retry ? memory.blockerOf(want) : await memory.find(want);
    if (failure) throw failure;
    try {
      await admit();
      await intents.prepare();
      return await withKeyLock(originals.folder, shortKey(want.key), signal, async () => {
        let asked = false;
        try {
          return await lookOrCall(want, buying, signal, () => {
            asked = true;
          });
        } catch (error) {
          const told = asked && isErrno(error) ? unwritable(error, 'It was asked for, and may be billed.') : error;
          // Before the lock goes to somebody who would ask for the same.
          throw await memory.remember(want, told, asked);
        }
      });
    } catch (error) {
      throw isErrno(error) ? unwritable(error, 'Nothing was asked for.') : error;
    }
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.allSettled(running.values());
  };

  return {
    failureOf: memory.find,
    doubtOf: async ({ key }) => {
      const [since] = await intents.unanswered(shortKey(key)).catch((error: unknown) => {
        // A hint. Where the journal cannot be read, nothing is bought anyway.
        if (isErrno(error)) return [];
        throw error;
      });
      return (
        since && `asked for at ${since}, no answer so far; unless another run is at it now, it may be billed already`
      );
    },
    forgetFailures: memory.forgetPassing,

    stop,
    settle: async () => {
      await stop();
      stopping = new AbortController();
    },

    buy: async (want, buying) => {
      const already = running.get(want.key);
      if (already) return already;
      const signal = buying.signal ? AbortSignal.any([buying.signal, stopping.signal]) : stopping.signal;
      const bought = enqueue(() => purchase(want, buying, signal)).finally(() => running.delete(want.key));
      running.set(want.key, bought);
      return bought;
    },

    restore,

    recover: createRecover({ originals, intents, storage, memory }),
  };
}
