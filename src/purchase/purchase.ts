import { join } from 'node:path';
import type PQueue from 'p-queue';
import { isFailure, type PromptImageError } from '../failure.js';
import { isErrno } from '../files/durable.js';
import type { Reference } from '../files/references.js';
import { withLock } from '../originals/lock.js';
import type { Original } from '../originals/originals.js';
import { type ImageRequest, type Provider, ProviderError } from '../providers/provider.js';
import { readAnswer, redactFailure } from './answer.js';
import { attempt } from './attempt.js';
import type { Budget } from './budget.js';
import { type PaidPicture, unwritable } from './intents.js';
import type { PurchaseMemory } from './memory.js';
import { createStorage, type StorageOptions } from './storage.js';
import { imageRequest, type Want } from './want.js';

export type PurchaseEvent =
  | { type: 'calling'; address: string }
  | { type: 'retrying'; address: string; error: ProviderError; wait: number }
  | { type: 'maybe-billed-twice'; address: string; error: ProviderError }
  | { type: 'bought'; address: string; original: Original };

export interface PurchaseOptions extends StorageOptions {
  provider: Provider;
  budget: Budget;
  /** Remembered failures, see {@link PurchaseMemory}. */
  failures: PurchaseMemory['failures'];
  /** Calls at once. */
  concurrency: number;
  /** Milliseconds for one attempt. */
  timeout: number;
  retries: number;
  /** Checked before the first call; throws where nothing may be bought into the folder. */
  admit: () => Promise<void>;
  /** Takes keys out of texts. */
  redact: (text: string) => string;
  /** A reference as it may be sent. */
  prepare: (reference: Reference) => Promise<ImageRequest['references'][number]>;
  raster: (svg: string, size: { width: number; height: number }) => Promise<Uint8Array>;
  onEvent: (event: PurchaseEvent) => void;
}

/** Buys pictures: each key once, however many environments and processes ask for it at the same time. */
export interface Purchases {
  /** @returns the original, whether this call bought it or somebody else had just done so */
  buy: (want: Want, signal?: AbortSignal) => Promise<{ original: Original; bought: boolean }>;
  /** Stores what earlier runs paid for and could not store. Costs nothing. @returns what cannot be stored, by intent */
  recover: () => Promise<PromptImageError[]>;
  /** The failure that is remembered for a picture; it is not asked for again by itself. */
  failureOf: (want: Want) => PromptImageError | undefined;
  /** Somebody asks explicitly: what failed may be tried again. */
  forgetFailures: () => void;
  /** Starts nothing more, and waits for what is under way: it is paid for. */
  settle: () => Promise<void>;
}

/** Failures that would be the same for other pictures, until the project is opened anew: with another key, say. */
const wide: { [code: string]: (want: Want) => string } = {
  PROVIDER_AUTH: () => 'all',
  PROVIDER_QUOTA: () => 'all',
  PROVIDER_MODEL_GONE: ({ request }) => `model ${request.model}`,
};

export function createPurchases(options: PurchaseOptions): Purchases {
  const { provider, originals, intents, budget, failures, redact, onEvent } = options;
  const { store, complete } = createStorage(options);
  let queue: Promise<PQueue> | undefined;
  const running = new Map<string, Promise<{ original: Original; bought: boolean }>>();
  const wideFailures = new Map<string, PromptImageError>();
  /** Keys that a provider was asked for. */
  const asked = new Set<string>();
  let admitted: Promise<void> | undefined;
  let stopping = new AbortController();

  /** The library is loaded with the first purchase; most builds have none. */
  const enqueue = async <T>(task: () => Promise<T>): Promise<T> => {
    queue ??= import('p-queue').then(({ default: Queue }) => new Queue({ concurrency: options.concurrency }));
    return (await queue).add(task);
  };

  const failureOf = (want: Want) =>
    wideFailures.get('all') ?? wideFailures.get(`model ${want.request.model}`) ?? failures.get(shortKey(want.key));

  /** What was asked for may have been billed, so nobody asks for it again but a person. Other obstacles may go away. */
  const remember = (want: Want, error: unknown) => {
    if (!isFailure(error) || error.code === 'ABORTED') return;
    if (!(error instanceof ProviderError) && !asked.has(want.key)) return;
    const scope = wide[error.code]?.(want);
    if (scope === undefined) failures.set(shortKey(want.key), error);
    else wideFailures.set(scope, error);
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

  const withKeyLock = <T>(key16: string, signal: AbortSignal, work: () => Promise<T>) =>
    withLock(join(originals.folder, '.local', 'locks', key16), signal, work);

  const completeAlone = async (key16: string): Promise<PromptImageError[]> => {
    try {
      return await withKeyLock(key16, AbortSignal.timeout(options.timeout), () => complete(key16));
    } catch (error) {
      // Another process is at work on this very key, and leaves nothing behind.
      if (error instanceof Error && error.name === 'AbortError') return [];
      if (!isFailure(error)) throw error;
      return [error];
    }
  };

  const call = async (want: Want, signal: AbortSignal): Promise<Original> => {
    const { request, address, key } = want;
    if (provider.models && !provider.models.includes(request.model)) {
      throw new ProviderError('PROVIDER_MODEL_GONE', `${provider.name} has no model ${request.model}`, {
        next: `Set defaults.model in prompt-image.config to one of: ${provider.models.join(', ')}.`,
      });
    }
    const references = await Promise.all(want.references.map(options.prepare));
    budget.reserve(request.model);
    asked.add(key);
    onEvent({ type: 'calling', address });
    const generate = async (attemptSignal: AbortSignal) => {
      try {
        const context = { signal: attemptSignal, raster: options.raster };
        return await provider.generate(imageRequest(want, references), context);
      } catch (error) {
        throw redactFailure(error, redact);
      }
    };
    const answer = await attempt(generate, {
      ...options,
      signal,
      onRetry: (error, wait) => onEvent({ type: 'retrying', address, error, wait }),
      mayBillTwice: (error) => {
        if (budget.wouldExceed([request.model])) return false;
        budget.reserve(request.model);
        onEvent({ type: 'maybe-billed-twice', address, error });
        return true;
      },
    });
    const ai = references.length > 0 ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia';
    const paid: PaidPicture = {
      ...readAnswer(answer, redact),
      key,
      for: address,
      request,
      origin: 'generated',
      sourceType: provider.sourceType ?? ai,
      provider: provider.name,
      model: request.model,
      createdAt: new Date().toISOString(),
    };
    const original = await store(await intents.open(paid), paid);
    onEvent({ type: 'bought', address, original });
    return original;
  };

  /** Only here is anything paid for, by the one process that holds the key's lock, once nothing else has the picture. */
  const lookOrCall = async (want: Want, signal: AbortSignal) => {
    const [stuck] = await complete(shortKey(want.key));
    originals.refresh();
    const original = await originals.find(want.key).catch((error: unknown) => {
      throw stuck ?? error;
    });
    if (original) return { original, bought: false };
    // While this one waited for its turn, another may have found out that no call can succeed.
    const failure = stuck ?? failureOf(want);
    if (failure) throw failure;
    return { original: await call(want, signal), bought: true };
  };

  const purchase = async (want: Want, signal: AbortSignal) => {
    signal.throwIfAborted();
    try {
      await admit();
      await intents.prepare();
      return await withKeyLock(shortKey(want.key), signal, () => lookOrCall(want, signal));
    } catch (error) {
      throw isErrno(error) ? unwritable(error, 'Nothing was asked for.') : error;
    }
  };

  return {
    failureOf,
    forgetFailures: () => {
      failures.clear();
      wideFailures.clear();
    },

    settle: async () => {
      stopping.abort();
      stopping = new AbortController();
      await Promise.allSettled(running.values());
    },

    buy: async (want, given) => {
      const failure = failureOf(want);
      if (failure) throw failure;
      const already = running.get(want.key);
      if (already) return already;
      const signal = given ? AbortSignal.any([given, stopping.signal]) : stopping.signal;
      const bought = enqueue(() => purchase(want, signal))
        .catch((error: unknown) => {
          remember(want, error);
          throw error;
        })
        .finally(() => running.delete(want.key));
      running.set(want.key, bought);
      return bought;
    },

    recover: async () => {
      const stuck: PromptImageError[] = [];
      try {
        const keys = new Set((await intents.list()).map((intent) => intent.key16));
        for (const key16 of keys) {
          const left = await completeAlone(key16);
          for (const failure of left) failures.set(key16, failure);
          stuck.push(...left);
        }
        if (keys.size > 0) originals.refresh();
      } catch (error) {
        if (!isErrno(error)) throw error;
        stuck.push(unwritable(error, 'What was paid for is kept; the next run stores it.'));
      }
      return stuck;
    },
  };
}

/** What names of files and locks say of a key. */
function shortKey(key: string): string {
  return key.slice(0, 16);
}
