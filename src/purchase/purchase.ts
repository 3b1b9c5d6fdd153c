import { join } from 'node:path';
import type PQueue from 'p-queue';
import { isFailure, PromptImageError } from '../failure.js';
import type { Reference } from '../files/references.js';
import { withLock } from '../originals/lock.js';
import type { Original, Originals } from '../originals/originals.js';
import { type ImageRequest, type Provider, ProviderError } from '../providers/provider.js';
import { type KeyedRequest, sha256 } from '../request.js';
import { attempt } from './attempt.js';
import type { Budget } from './budget.js';
import type { Intents, PaidPicture } from './intents.js';

/** A picture to buy. */
export interface Want {
  key: string;
  /** Who asks, for the record and for messages. */
  address: string;
  request: KeyedRequest;
  references: readonly Reference[];
}

export type PurchaseEvent =
  | { type: 'calling'; address: string }
  | { type: 'retrying'; address: string; error: ProviderError; wait: number }
  | { type: 'maybe-billed-twice'; address: string; error: ProviderError }
  | { type: 'bought'; address: string; original: Original };

export interface PurchaseOptions {
  provider: Provider;
  originals: Originals;
  intents: Intents;
  budget: Budget;
  /** Calls at once. */
  concurrency: number;
  /** Milliseconds for one attempt. */
  timeout: number;
  retries: number;
  /** Checked once before the first call; throws where nothing may be bought into the folder. */
  admit: () => Promise<void>;
  /** Size and format of bytes, every pixel decoded. Throws `IMAGE_INVALID`. */
  inspect: (bytes: Buffer) => Promise<{ format: Original['record']['image']['format']; width: number; height: number }>;
  /** A reference as it may be sent. */
  prepare: (reference: Reference) => Promise<ImageRequest['references'][number]>;
  raster: (svg: string, size: { width: number; height: number }) => Promise<Uint8Array>;
  onEvent: (event: PurchaseEvent) => void;
}

/** Buys pictures: each key once, however many environments and processes ask for it at the same time. */
export interface Purchases {
  /** @returns the original, whether this call bought it or somebody else had just done so */
  buy: (want: Want, signal?: AbortSignal) => Promise<{ original: Original; bought: boolean }>;
  /** Stores what earlier runs paid for and could not store. Costs nothing. */
  recover: () => Promise<void>;
  /** The failure that is remembered for a picture; it is not asked for again by itself. */
  failureOf: (want: Want) => PromptImageError | undefined;
  /** Somebody asks explicitly: what failed may be tried again. */
  forgetFailures: () => void;
}

/** Failures that would repeat for every picture, for every picture of a model, or for this very picture. */
const lasting: { [code: string]: (want: Want) => string } = {
  PROVIDER_AUTH: () => 'all',
  PROVIDER_QUOTA: () => 'all',
  PROVIDER_MODEL_GONE: ({ request }) => `model ${request.model}`,
  PROVIDER_REFUSED: ({ key }) => key,
  PROVIDER_NO_IMAGE: ({ key }) => key,
  PROVIDER_BAD_REQUEST: ({ key }) => key,
  IMAGE_INVALID: ({ key }) => key,
};

export function createPurchases(options: PurchaseOptions): Purchases {
  const { provider, originals, intents, budget, onEvent } = options;
  let queue: Promise<PQueue> | undefined;
  const running = new Map<string, Promise<{ original: Original; bought: boolean }>>();
  const failures = new Map<string, PromptImageError>();
  let admitted: Promise<void> | undefined;

  /** The library is loaded with the first purchase; most builds have none. */
  const enqueue = async <T>(task: () => Promise<T>): Promise<T> => {
    queue ??= import('p-queue').then(({ default: Queue }) => new Queue({ concurrency: options.concurrency }));
    return (await queue).add(task);
  };

  const failureOf = (want: Want) =>
    failures.get('all') ?? failures.get(`model ${want.request.model}`) ?? failures.get(want.key);

  const remember = (want: Want, error: unknown) => {
    if (error instanceof PromptImageError) {
      const scope = lasting[error.code]?.(want);
      if (scope !== undefined) failures.set(scope, error);
    }
  };

  const lockOf = (key: string) => join(originals.folder, '.local', 'locks', key.slice(0, 16));

  const store = async (path: string, { bytes, ...paid }: PaidPicture): Promise<Original> => {
    const { format, width, height } = await options.inspect(bytes).catch((error: unknown) => {
      throw isFailure(error, 'IMAGE_INVALID') ? undecodable(path, paid.for, error) : error;
    });
    const image = { sha256: sha256(bytes), bytes: bytes.length, width, height, format };
    const original = await originals.add(bytes, { version: 1, ...paid, image });
    await intents.close(path);
    return original;
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
    onEvent({ type: 'calling', address });
    const picture = await attempt(
      (attemptSignal) =>
        provider.generate(imageRequest(want, references), { signal: attemptSignal, raster: options.raster }),
      {
        ...options,
        signal,
        onRetry: (error, wait) => onEvent({ type: 'retrying', address, error, wait }),
        onAmbiguous: (error) => {
          budget.reserve(request.model);
          onEvent({ type: 'maybe-billed-twice', address, error });
        },
      },
    );
    const ai = references.length > 0 ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia';
    const paid: PaidPicture = {
      bytes: Buffer.from(picture.bytes),
      key,
      for: address,
      request,
      origin: 'generated',
      sourceType: provider.sourceType ?? ai,
      provider: provider.name,
      model: request.model,
      createdAt: new Date().toISOString(),
      ...(picture.caption ? { caption: picture.caption.toWellFormed() } : {}),
      ...(picture.model ? { modelVersion: picture.model } : {}),
      ...(picture.responseId ? { responseId: picture.responseId } : {}),
      ...(picture.usage ? { usage: picture.usage } : {}),
    };
    const original = await store(await intents.open(paid), paid);
    onEvent({ type: 'bought', address, original });
    return original;
  };

  const lookOrCall = async (want: Want, signal: AbortSignal) => {
    signal.throwIfAborted();
    admitted ??= options.admit();
    await admitted;
    return withLock(lockOf(want.key), signal, async () => {
      originals.refresh();
      const original = await originals.find(want.key);
      return original ? { original, bought: false } : { original: await call(want, signal), bought: true };
    });
  };

  return {
    failureOf,
    forgetFailures: () => failures.clear(),

    buy: async (want, signal = new AbortController().signal) => {
      const failure = failureOf(want);
      if (failure) throw failure;
      const already = running.get(want.key);
      if (already) return already;
      const purchase = enqueue(() => lookOrCall(want, signal))
        .catch((error: unknown) => {
          remember(want, error);
          throw error;
        })
        .finally(() => running.delete(want.key));
      running.set(want.key, purchase);
      return purchase;
    },

    recover: async () => {
      for (const { path, key16 } of await intents.list()) {
        await withLock(lockOf(key16), AbortSignal.timeout(options.timeout), async () => {
          const picture = await intents.read(path);
          if (picture) await store(path, picture);
        });
      }
    },
  };
}

function imageRequest({ request }: Want, references: ImageRequest['references']): ImageRequest {
  const { prompt, model, aspectRatio, imageSize, thinking, take = 1 } = request;
  return {
    prompt,
    model,
    imageSize,
    take,
    references,
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(thinking === undefined ? {} : { thinking: thinking as 'minimal' | 'high' }),
  };
}

function undecodable(path: string, address: string, cause: PromptImageError): PromptImageError {
  return new PromptImageError(
    'IMAGE_INVALID',
    `the picture that came for ${address} cannot be decoded: ${cause.what}`,
    {
      cause,
      next: `It was paid for, so it is kept and not bought again. To buy anew, delete ${path}`,
    },
  );
}
