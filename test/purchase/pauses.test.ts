import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProviderError } from '../../src/providers/provider.js';
import { createThrottle } from '../../src/purchase/throttle.js';

vi.mock('node:timers/promises', () => ({
  // The one that is replaced below.
  setTimeout: (wait: number) => new Promise((resolve) => globalThis.setTimeout(resolve, wait)),
}));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();
const tooMany = (retryAfter?: number) =>
  new ProviderError('PROVIDER_RATE_LIMITED', 'too many', { retry: 'safely', retryAfter });

/** Makes calls one after the other that end at once. @returns milliseconds from each to the next */
async function pausesBetween(outcomes: readonly (Error | 'fine')[]): Promise<number[]> {
  const throttle = createThrottle(1);
  await throttle.call((send) => send(async () => {}), { again: false, signal });
  const starts: number[] = [];
  const calls = [...outcomes, 'fine' as const].map((outcome) =>
    throttle
      .call(
        (send) =>
          send(async () => {
            starts.push(performance.now());
            if (outcome !== 'fine') throw outcome;
          }),
        { again: false, signal },
      )
      .catch((error: unknown) => {
        if (error !== outcome) throw error;
      }),
  );
  await vi.runAllTimersAsync();
  await Promise.all(calls);
  return starts.slice(1).map((start, index) => Math.round(start - (starts[index] ?? 0)));
}

test('a service that goes on to say no is asked less and less', async () => {
  expect(await pausesBetween(Array.from({ length: 8 }, () => tooMany()))).toEqual([
    125, 250, 500, 1000, 2000, 4000, 8000, 8000,
  ]);
});

test('a single no among calls that succeed costs little, each time', async () => {
  expect(await pausesBetween([tooMany(), 'fine', tooMany(), 'fine', tooMany()])).toEqual([125, 0, 125, 0, 125]);
});

test('the pause that a service names is kept', async () => {
  expect(await pausesBetween([tooMany(3000), tooMany()])).toEqual([3000, 250]);
});
