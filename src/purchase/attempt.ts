import { setTimeout as delay } from 'node:timers/promises';
import { PromptImageError } from '../failure.js';
import { ProviderError } from '../providers/provider.js';
import { printable } from '../providers/redact.js';

export interface AttemptOptions {
  /** Further attempts after the first. */
  retries: number;
  /** Starts no further attempt and ends a pause at once. A call under way goes on: it may be billed, so its picture is taken. */
  signal: AbortSignal;
  /** Asked before an attempt whose predecessor may have been billed: whether there may be another. */
  mayBillTwice: (error: ProviderError) => boolean | Promise<boolean>;
  onRetry: (error: ProviderError, wait: number) => void;
}

const FIRST_WAIT = 1000;
const LONGEST_BACKOFF = 30_000;
/** Milliseconds. A service that asks for a longer pause gets no further attempt in this run. */
export const LONGEST_WAIT = 120_000;

/**
 * Makes a call, again where that can help. What is certainly not billed is retried freely; what may have been billed at
 * most once; a permanent failure never.
 *
 * @param call makes it once; it is told whether it was made before
 */
export async function attempt<T>(
  call: (again: boolean) => Promise<T>,
  { retries, signal, mayBillTwice, onRetry }: AttemptOptions,
): Promise<T> {
  let ambiguous = 0;
  for (let retry = 0; ; retry++) {
    if (signal.aborted) throw stopped(signal.reason);
    try {
      return await call(retry > 0);
    } catch (error) {
      // While it waited for its place.
      if (signal.aborted && !(error instanceof PromptImageError)) throw stopped(error);
      const final = !(error instanceof ProviderError) || error.retry === 'never' || retry >= retries || signal.aborted;
      if (final) throw error;
      if (error.retry === 'once' && ++ambiguous > 1) throw error;
      // Full jitter between half and whole: processes that failed together do not come back together.
      const backoff = Math.min(LONGEST_BACKOFF, FIRST_WAIT * 2 ** retry) * (0.5 + Math.random() / 2);
      const wait = error.retryAfter ?? backoff;
      if (wait > LONGEST_WAIT) throw error;
      onRetry(error, wait);
      await pause(wait, signal);
      if (error.retry === 'once' && !(await mayBillTwice(error))) throw error;
    }
  }
}

async function pause(wait: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(wait, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? stopped(error) : error;
  }
}

function stopped(cause: unknown): PromptImageError {
  return new PromptImageError('ABORTED', 'stopped before it was asked for', { cause });
}

/**
 * Gives a provider its time.
 *
 * @param timeout milliseconds
 * @throws `PROVIDER_TIMEOUT`, `PROVIDER_FAILED` for whatever a provider throws that says nothing of itself
 */
export async function within<T>(timeout: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const clock = new AbortController();
  // Not AbortSignal.timeout, which lets the process end before the time is over.
  const timer = setTimeout(() => clock.abort(new DOMException('The time is over', 'TimeoutError')), timeout);
  // Providers of other people may not look at their signal.
  const expired = new Promise<never>((_, reject) => {
    clock.signal.addEventListener('abort', () => reject(clock.signal.reason), { once: true });
  });
  try {
    return await Promise.race([expired, (async () => work(clock.signal))()]);
  } catch (error) {
    if (error instanceof PromptImageError) throw error;
    if (clock.signal.aborted) {
      throw new ProviderError('PROVIDER_TIMEOUT', `no answer within ${Math.round(timeout / 1000)} s`, {
        retry: 'once',
      });
    }
    throw new ProviderError('PROVIDER_FAILED', `the provider failed: ${wordsOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** People throw anything. */
function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : error;
  return typeof words === 'string' && words !== '' ? printable(words) : 'it did not say why';
}
