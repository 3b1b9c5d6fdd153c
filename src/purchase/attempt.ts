import { setTimeout as delay } from 'node:timers/promises';
import { PromptImageError } from '../failure.js';
import { type GeneratedPicture, ProviderError } from '../providers/provider.js';

export interface AttemptOptions {
  /** Milliseconds for one attempt. */
  timeout: number;
  /** Further attempts after the first. */
  retries: number;
  /** Ends everything at once. */
  signal: AbortSignal;
  /** Called before an attempt whose predecessor may have been billed. */
  onAmbiguous: (error: ProviderError) => void;
  onRetry: (error: ProviderError, wait: number) => void;
}

const FIRST_WAIT = 1000;
const LONGEST_BACKOFF = 30_000;
/** A service that asks for a longer pause gets no further attempt in this run. */
const LONGEST_WAIT = 120_000;

/**
 * Calls a provider, again where that can help. What is certainly not billed is retried freely; what may have been billed at
 * most once; a permanent failure never.
 */
export async function attempt(
  generate: (signal: AbortSignal) => Promise<GeneratedPicture>,
  { timeout, retries, signal, onAmbiguous, onRetry }: AttemptOptions,
): Promise<GeneratedPicture> {
  let ambiguous = 0;
  for (let retry = 0; ; retry++) {
    try {
      return await once(generate, timeout, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.retry === 'never' || retry >= retries) throw error;
      if (error.retry === 'once') {
        ambiguous += 1;
        if (ambiguous > 1) throw error;
        onAmbiguous(error);
      }
      // Full jitter between half and whole: processes that failed together do not come back together.
      const backoff = Math.min(LONGEST_BACKOFF, FIRST_WAIT * 2 ** retry) * (0.5 + Math.random() / 2);
      const wait = error.retryAfter ?? backoff;
      if (wait > LONGEST_WAIT) throw error;
      onRetry(error, wait);
      await delay(wait, undefined, { signal });
    }
  }
}

async function once(
  generate: (signal: AbortSignal) => Promise<GeneratedPicture>,
  timeout: number,
  signal: AbortSignal,
): Promise<GeneratedPicture> {
  const clock = AbortSignal.timeout(timeout);
  try {
    return await generate(AbortSignal.any([signal, clock]));
  } catch (error) {
    if (signal.aborted) throw new PromptImageError('ABORTED', 'stopped before the picture arrived', { cause: error });
    if (error instanceof PromptImageError) throw error;
    if (clock.aborted) {
      throw new ProviderError('PROVIDER_TIMEOUT', `no answer within ${Math.round(timeout / 1000)} s`, {
        retry: 'once',
      });
    }
    const words = error instanceof Error ? error.message : String(error);
    throw new ProviderError('PROVIDER_FAILED', `the provider failed: ${words}`, { cause: error });
  }
}
