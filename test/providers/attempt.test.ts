import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type GeneratedPicture, ProviderError } from '../../src/providers/provider.js';
import { type AttemptOptions, attempt as attemptCalls, within } from '../../src/purchase/attempt.js';
import {
  type Answer,
  apiError,
  delayed,
  finishReason,
  htmlError,
  never,
  picture,
  resetBeforeAnswer,
  truncatedBody,
} from '../loopback/gemini.js';
import { carried, context, imageRequest, SMALL, startProvider } from './calls.js';

/** Whatever it fails with. */
async function failureOf(running: Promise<unknown>): Promise<Error & { code?: string }> {
  return running.then(
    () => expect.fail('it succeeded'),
    (error: Error) => error,
  );
}

/** What happened, in order. */
type Event = ['retry', code: string, wait: number] | ['ambiguous', code: string];

/** `timeout`: milliseconds for one attempt. */
type Options = AttemptOptions & { timeout: number };

function attempt<T>(generate: (signal: AbortSignal) => Promise<T>, options: Options): Promise<T> {
  return attemptCalls(() => within(options.timeout, generate), options);
}

function record(options: Partial<Options> = {}): Options & { events: Event[] } {
  const events: Event[] = [];
  return {
    timeout: 20_000,
    retries: 4,
    signal: new AbortController().signal,
    onRetry: (error, wait) => events.push(['retry', error.code, wait]),
    mayBillTwice: (error) => events.push(['ambiguous', error.code]) > 0,
    ...options,
    events,
  };
}

async function attempts(answers: Answer[], options: Partial<Options> = {}) {
  await using started = await startProvider('anyfast');
  const { gemini, provider } = started;
  gemini.script(...answers);
  gemini.always(picture({ size: SMALL }));
  const recorded = record(options);
  const running = attempt(
    async (signal) => carried(await provider.generate(imageRequest(), context(signal))),
    recorded,
  );
  const result = await running.then(
    (got): GeneratedPicture | Error => got,
    (error: Error) => error,
  );
  const code = result instanceof Error ? ((result as { code?: string }).code ?? result.name) : 'picture';
  return { code, calls: gemini.calls, events: recorded.events, result, kinds: recorded.events.map(([kind]) => kind) };
}

/** Asks for a short pause, as services do, so that tests do not wait for the backoff. */
const busy = apiError(429, { shape: 'google', retryDelay: '0.01s' });
const badGateway = apiError(502, { retryAfter: '0' });

describe('what was not billed', () => {
  test('is asked for again after the pause that the service wants', async () => {
    const { code, calls, events } = await attempts([busy]);
    expect([code, calls]).toEqual(['picture', 2]);
    expect(events).toEqual([['retry', 'PROVIDER_RATE_LIMITED', 10]]);
  });

  test('is asked for as often as allowed', async () => {
    const many = Array.from({ length: 9 }, () => apiError(500, { retryAfter: '0' }));
    expect(await attempts(many, { retries: 3 })).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', calls: 4 });
    expect(await attempts([busy, busy, busy, busy])).toMatchObject({ code: 'picture', calls: 5 });
  });

  test('is asked for once where no retries are allowed', async () => {
    expect(await attempts([busy], { retries: 0 })).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      calls: 1,
      events: [],
    });
    expect(await attempts([resetBeforeAnswer()], { retries: 0 })).toMatchObject({ calls: 1, events: [] });
  });

  test('is asked for later and later where the service names no pause', async () => {
    const { code, calls, events } = await attempts([apiError(503), apiError(503)]);
    expect([code, calls]).toEqual(['picture', 3]);
    const [first, second] = events.map(([, , wait]) => wait ?? 0);
    expect(first).toBeGreaterThanOrEqual(500);
    expect(first).toBeLessThanOrEqual(1000);
    expect(second).toBeGreaterThanOrEqual(1000);
    expect(second).toBeLessThanOrEqual(2000);
  });

  test('is not asked for again where the service wants a pause of minutes', async () => {
    const later = apiError(429, { shape: 'google', retryDelay: '121s' });
    expect(await attempts([later])).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', calls: 1, events: [] });
  });
});

test.each<[string, Answer]>([
  ['PROVIDER_MODEL_GONE', apiError(503, { code: 'model_not_found' })],
  ['PROVIDER_AUTH', apiError(401)],
  ['PROVIDER_QUOTA', apiError(403)],
  ['PROVIDER_BAD_REQUEST', apiError(400)],
  ['PROVIDER_REFUSED', finishReason('SAFETY')],
  ['PROVIDER_NO_IMAGE', finishReason('NO_IMAGE')],
])('%s is final', async (code, answer) => {
  expect(await attempts([answer])).toMatchObject({ code, calls: 1, events: [] });
});

describe('what may have been billed is asked for at most once more, and that is told', () => {
  const timeouts = { timeout: 300 };
  test.each<[string, string, Answer, Partial<Options>]>([
    ['a timeout', 'PROVIDER_TIMEOUT', never(), timeouts],
    ['a reset', 'PROVIDER_UNAVAILABLE', resetBeforeAnswer(), {}],
    ['half an answer', 'PROVIDER_BAD_RESPONSE', truncatedBody(picture({ size: SMALL })), {}],
    ['a bad gateway', 'PROVIDER_UNAVAILABLE', htmlError(502), {}],
    ["the gateway's timeout", 'PROVIDER_TIMEOUT', htmlError(504), {}],
  ])('%s', async (_, code, answer, options) => {
    const [twice, once] = await Promise.all([attempts([answer, answer], options), attempts([answer], options)]);
    expect(twice).toMatchObject({ code, calls: 2, kinds: ['retry', 'ambiguous'] });
    expect(once).toMatchObject({ code: 'picture', calls: 2, kinds: ['retry', 'ambiguous'] });
  });

  test('whatever came between', async () => {
    const { code, calls, kinds } = await attempts([busy, badGateway, busy, apiError(504, { retryAfter: '0' })]);
    expect([code, calls]).toEqual(['PROVIDER_TIMEOUT', 4]);
    expect(kinds).toEqual(['retry', 'retry', 'ambiguous', 'retry']);
  });

  test('and is not told where it was not asked for again', async () => {
    const later = apiError(504, { retryAfter: '300' });
    expect(await attempts([later])).toMatchObject({ code: 'PROVIDER_TIMEOUT', calls: 1, events: [] });
    expect(await attempts([badGateway], { retries: 0 })).toMatchObject({ calls: 1, events: [] });
  });

  test('unless whoever counts says no', async () => {
    const answered = await attempts([badGateway], { mayBillTwice: () => false });
    expect(answered, 'told is what happened, not that there is no more money').toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      calls: 1,
    });
  });
});

describe('stopping', () => {
  test('ends a pause at once', async () => {
    for (const answer of [apiError(429, { retryAfter: '60' }), apiError(504, { retryAfter: '60' })]) {
      const controller = new AbortController();
      const start = performance.now();
      const onRetry = () => controller.abort();
      const { code, calls, events } = await attempts([answer], { signal: controller.signal, onRetry });
      expect({ code, calls, events }).toEqual({ code: 'ABORTED', calls: 1, events: [] });
      expect(performance.now() - start).toBeLessThan(5000);
    }
  });

  test('before the start asks nobody', async () => {
    expect(await attempts([], { signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED', calls: 0 });
  });

  test('takes the picture of a call that is under way, and asks for no other', async () => {
    await using started = await startProvider();
    const { gemini, provider } = started;
    let answer = () => {};
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    gemini.script(delayed(gate, picture({ size: SMALL })), delayed(gate, busy));
    const stopping = new AbortController();
    const options = record({ signal: stopping.signal });
    const generate = async (signal: AbortSignal) => carried(await provider.generate(imageRequest(), context(signal)));
    const first = attempt(generate, options);
    await gemini.called(1);
    const second = failureOf(attempt(generate, options));
    await gemini.called(2);
    stopping.abort();
    answer();
    expect(Buffer.from((await first).bytes).equals(gemini.requests[0]!.picture!.bytes)).toBe(true);
    expect((await second).code).toBe('PROVIDER_RATE_LIMITED');
    expect([gemini.calls, options.events]).toEqual([2, []]);
  });
});

describe("a provider of somebody's own", () => {
  test('that does not look at its signal is given up when its time is over', async () => {
    const error = await failureOf(attempt(() => new Promise(() => {}), record({ timeout: 50, retries: 0 })));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'PROVIDER_TIMEOUT', retry: 'once' });
  });

  test.each<[string, () => Promise<never>]>([
    [
      'throws',
      () => {
        throw new TypeError('It is broken');
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('It is broken');
      },
    ],
    [
      'rejects with words',
      async () => {
        throw 'It is broken';
      },
    ],
  ])('that %s has failed for good', async (_, generate) => {
    let calls = 0;
    const counted = () => {
      calls += 1;
      return generate();
    };
    const error = await failureOf(attempt(counted, record({ timeout: 30 })));
    expect([error.code, error.message, calls]).toEqual(['PROVIDER_FAILED', 'the provider failed: It is broken', 1]);
    // Its time goes on running, and must not come back as a failure that nobody handles.
    await once(AbortSignal.timeout(60), 'abort');
  });

  test('that throws a ProviderError decides how it is tried again', async () => {
    let calls = 0;
    const generate = async () => {
      calls += 1;
      if (calls < 3) throw new ProviderError('PROVIDER_UNAVAILABLE', 'busy', { retry: 'safely', retryAfter: 1 });
      return { bytes: Buffer.from('a picture') };
    };
    await expect(attempt(generate, record())).resolves.toEqual({ bytes: Buffer.from('a picture') });
    expect(calls).toBe(3);
  });
});
