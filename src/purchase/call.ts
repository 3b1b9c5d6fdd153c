import { isFailure, PromptImageError } from '../failure.js';
import { withCleanup } from '../files/durable.js';
import type { Reference } from '../files/references.js';
import { shortKey } from '../originals/names.js';
import type { Original } from '../originals/originals.js';
import { type ImageRequest, type Provider, ProviderError } from '../providers/provider.js';
import { type PaidAnswer, readAnswer, redactFailure } from './answer.js';
import { attempt, within } from './attempt.js';
import type { Run } from './budget.js';
import type { Intents } from './intents.js';
import type { Memory } from './memory.js';
import { isLasting } from './refusals.js';
import type { Storage } from './storage.js';
import type { Send, Throttle } from './throttle.js';
import { MOST_UNANSWERED, troubleOf, type Unanswered } from './unanswered.js';
import { imageRequest, type Want } from './want.js';

export type CallEvent =
  | { type: 'calling'; address: string }
  | { type: 'retrying'; address: string; error: ProviderError; wait: number }
  /** It is asked for again though it may be billed already; `why`: what became of the call before. */
  | { type: 'maybe-billed-twice'; address: string; why: string };

export interface CallOptions {
  provider: Provider;
  intents: Intents;
  storage: Storage;
  throttle: Throttle;
  memory: Pick<Memory, 'blockerOf' | 'noteBlocker' | 'remember'>;
  /** Milliseconds for one attempt. */
  timeout: number;
  retries: number;
  /** Takes keys out of texts. */
  redact: (text: string) => string;
  /** A reference as it may be sent. */
  prepare: (reference: Reference) => Promise<ImageRequest['references'][number]>;
  raster: (svg: string, size: { width: number; height: number }) => Promise<Uint8Array>;
  onEvent: (event: CallEvent) => void;
}

export interface CallContext {
  run: Run;
  signal: AbortSignal;
  /** The provider is asked for it now. */
  onAsked: () => void;
  /** Calls of other runs for this picture that may have been billed and brought nothing. */
  unanswered: readonly Unanswered[];
}

/** Makes calls. Only here is anything paid for, by the one process that holds the key's lock. */
export function createCaller(options: CallOptions): (want: Want, context: CallContext) => Promise<Original> {
  const { provider, intents, storage, throttle, memory, timeout, redact, onEvent } = options;

  /** While it waited for its turn, another may have found out that no call can succeed. */
  const refuseIfBlocked = (want: Want) => {
    const blocker = memory.blockerOf(want);
    if (blocker) throw blocker;
  };

  const openIntent = async (want: Want, asked: ReturnType<typeof describe>, signal: AbortSignal) => {
    // The ledger may have taken its time.
    await throttle.opening(signal);
    refuseIfBlocked(want);
    return intents.open(asked);
  };

  /** What the same call would bring again is remembered before the journal forgets it. */
  const conclude = async (want: Want, path: string, error: unknown) => {
    if (isLasting(error)) await memory.remember(want, error, true);
    await intents.close(path);
  };

  /** One call, which is in the ledger and in the journal before it goes out. */
  const callOnce = async (want: Want, { run, signal, onAsked }: CallContext, request: ImageRequest, send: Send) => {
    refuseIfBlocked(want);
    const takeBack = await run.reserve(request.model);
    const asked = describe(want, provider);
    const path = await openIntent(want, asked, signal).catch((error: unknown) => failWith(error, takeBack));
    onAsked();
    onEvent({ type: 'calling', address: want.address });
    try {
      const generate = async (deadline: AbortSignal) => {
        try {
          return await provider.generate(request, { signal: deadline, raster: options.raster });
        } catch (error) {
          throw redactFailure(error, redact);
        }
      };
      const answer = await send(() => within(timeout, generate));
      return { path, answer };
    } catch (error) {
      memory.noteBlocker(want, error);
      return failWith(error, async () => {
        const billed = mayBeBilled(error);
        if (billed === 'unknown' && error instanceof PromptImageError) {
          await intents.write(path, { state: 'asked', trouble: error.what, ...asked });
        } else {
          await conclude(want, path, error);
        }
        if (billed === 'no') await takeBack();
      });
    }
  };

  /** Into the journal first, then among the originals. */
  const keep = async (want: Want, path: string, answer: unknown): Promise<Original> => {
    let read: PaidAnswer;
    try {
      read = readAnswer(answer, redact);
    } catch (error) {
      return failWith(error, () => conclude(want, path, error));
    }
    const answered = { ...describe(want, provider), ...read };
    if ('bytes' in answered) {
      await intents.write(path, { state: 'paid', ...answered });
      return storage.store(path, answered);
    }
    const intent = { state: 'answered' as const, ...answered };
    await intents.write(path, intent);
    return storage.fetch(path, intent);
  };

  return async (want, context) => {
    const { run, signal, unanswered } = context;
    const { request, address, key } = want;
    if (provider.models && !provider.models.includes(request.model)) {
      throw new ProviderError('PROVIDER_MODEL_GONE', `${provider.name} has no model ${request.model}`, {
        next: [
          `Set defaults.model in prompt-image.config to one of: ${provider.models.join(', ')}.`,
          'Pictures that you have answer for it, too, for nothing: npx prompt-image keep "**"',
        ].join('\n'),
      });
    }
    const asking = imageRequest(want, await Promise.all(want.references.map(options.prepare)));
    const [before] = unanswered;
    if (before) onEvent({ type: 'maybe-billed-twice', address, why: troubleOf(before) });
    const { path, answer } = await attempt(
      (again) => throttle.call((send) => callOnce(want, context, asking, send), { again, signal }),
      {
        ...options,
        signal,
        onRetry: (error, wait) => onEvent({ type: 'retrying', address, error, wait }),
        mayBillTwice: async (error) => {
          if (unanswered.length + 1 >= MOST_UNANSWERED || (await run.wouldExceed([request.model]))) return false;
          onEvent({ type: 'maybe-billed-twice', address, why: error.what });
          return true;
        },
      },
    );
    const original = await keep(want, path, answer);
    // There is a picture: whatever the calls before it cost, nobody needs to decide on them any more.
    for (const open of await intents.of(shortKey(key))) await intents.close(open.path);
    return original;
  };
}

/** After some cleaning up, whose own failure would say less. */
function failWith(error: unknown, cleanUp: () => Promise<void>): Promise<never> {
  return withCleanup(() => Promise.reject(error), cleanUp);
}

function describe({ key, address, request, references }: Want, { name, sourceType }: Provider) {
  // Of references that a model made alone nothing else is in the picture.
  const isComposite = references.some((reference) => reference.sourceType !== 'trainedAlgorithmicMedia');
  const ai = isComposite ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia';
  return {
    key,
    for: address,
    request,
    origin: 'generated' as const,
    sourceType: sourceType ?? ai,
    provider: name,
    model: request.model,
    createdAt: new Date().toISOString(),
  };
}

/** `unknown`: another call may be a second bill. */
function mayBeBilled(error: unknown): 'no' | 'yes' | 'unknown' {
  if (error instanceof ProviderError && error.retry === 'once') return 'unknown';
  const isProviders = isFailure(error) && error.code.startsWith('PROVIDER_');
  return isProviders && !isLasting(error) ? 'no' : 'yes';
}
