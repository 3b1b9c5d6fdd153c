import { describe, expect, test } from 'vitest';
import { type Answer, apiError, type ErrorOptions, htmlError, redirect, startGemini } from '../loopback/gemini.js';
import {
  context,
  createProvider,
  failureAfter,
  failureOf,
  flavours,
  imageRequest,
  LITE,
  startProvider,
} from './calls.js';

type Row = [status: number, options: ErrorOptions, code: string, retry: string, words: RegExp];

const rows: Row[] = [
  [400, {}, 'PROVIDER_BAD_REQUEST', 'never', /does not accept the request/],
  [400, { reason: 'API_KEY_INVALID' }, 'PROVIDER_AUTH', 'never', /does not accept the key/],
  [401, {}, 'PROVIDER_AUTH', 'never', /does not accept the key/],
  [402, {}, 'PROVIDER_QUOTA', 'never', /no quota left/],
  [404, {}, 'PROVIDER_MODEL_GONE', 'never', new RegExp(`no model ${LITE}`)],
  [404, { code: 'model_not_found' }, 'PROVIDER_MODEL_GONE', 'never', /no model/],
  [405, {}, 'PROVIDER_BAD_REQUEST', 'never', /does not accept the request/],
  [408, {}, 'PROVIDER_TIMEOUT', 'safely', /gave up waiting/],
  [413, {}, 'PROVIDER_BAD_REQUEST', 'never', /does not accept the request/],
  [429, {}, 'PROVIDER_RATE_LIMITED', 'safely', /fewer calls/],
  [500, {}, 'PROVIDER_UNAVAILABLE', 'safely', /not available/],
  [502, {}, 'PROVIDER_UNAVAILABLE', 'once', /not available/],
  [503, {}, 'PROVIDER_UNAVAILABLE', 'safely', /not available/],
  [504, {}, 'PROVIDER_TIMEOUT', 'once', /did not answer in time/],
  [524, {}, 'PROVIDER_UNAVAILABLE', 'once', /not available/],
];
/** What one of the services alone says. */
const own: Record<'google' | 'anyfast', Row[]> = {
  google: [
    [403, {}, 'PROVIDER_AUTH', 'never', /does not accept the key/],
    [429, { perDay: true, retryDelay: '18.5s' }, 'PROVIDER_QUOTA', 'never', /no quota left/],
  ],
  anyfast: [
    [403, {}, 'PROVIDER_QUOTA', 'never', /no quota left/],
    [403, { code: 'access_denied' }, 'PROVIDER_AUTH', 'never', /does not accept the key/],
    [503, { code: 'model_not_found' }, 'PROVIDER_MODEL_GONE', 'never', /no model/],
  ],
};

describe.each(flavours)('%s', (flavour) => {
  const all = [...rows.filter(([, { code, reason }]) => (flavour === 'google' ? !code : !reason)), ...own[flavour]];
  test.each(all)('HTTP %i %j is %s, retried %s', async (status, options, code, retry, words) => {
    const error = await failureAfter(apiError(status, { message: 'In its own words.', ...options }), flavour);
    expect(error).toMatchObject({ code, retry, retryAfter: undefined });
    expect(error.what).toMatch(words);
    expect(error.what).toContain(`(HTTP ${status})`);
    expect(error.what).toMatch(/: “In its own words\.”$/);
  });

  test.each([
    [502, 'PROVIDER_UNAVAILABLE', 'once'],
    [503, 'PROVIDER_UNAVAILABLE', 'safely'],
    [504, 'PROVIDER_TIMEOUT', 'once'],
  ] as const)('a page for %i is %s, retried %s, and not quoted', async (status, code, retry) => {
    const error = await failureAfter(htmlError(status), flavour);
    expect(error).toMatchObject({ code, retry, retryAfter: undefined });
    expect(error.message).not.toMatch(/[<>]|nginx/);
    expect(error.what).toMatch(/\(HTTP 50\d, a web page of what stands before the service\)$/);
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    await using elsewhere = await startGemini({ flavour });
    const target = `${elsewhere.url}/v1beta/models/${LITE}:generateContent`;
    const error = await failureAfter(redirect(target, status), flavour);
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'never' });
    expect(error.what).toMatch(/redirects elsewhere, where the key must not follow/);
    expect(error.next).toMatch(/baseUrl/);
    expect(elsewhere.requests).toEqual([]);
  });

  test('what tells how to go on says where', async () => {
    const next = async (answer: Answer) => (await failureAfter(answer, flavour)).next;
    expect(await next(apiError(404, { code: 'model_not_found' }))).toMatch(/defaults\.model in prompt-image\.config/);
    expect(await next(apiError(401))).toMatch(/\.env\.local/);
    expect(await next(apiError(402))).toMatch(/credit/);
    expect(await next(() => ({ status: 404, body: '<h1>Not Found</h1>' }))).toMatch(/baseUrl/);
  });
});

test('both shapes are understood from either service', async () => {
  const crossed = await failureAfter(apiError(429, { shape: 'google', perDay: true, message: 'Enough.' }), 'anyfast');
  expect([crossed.code, crossed.what]).toEqual(['PROVIDER_QUOTA', expect.stringMatching(/“Enough\.”$/)]);
  const other = await failureAfter(apiError(503, { shape: 'anyfast', code: 'model_not_found' }), 'google');
  expect(other.code).toBe('PROVIDER_MODEL_GONE');
});

const answer =
  (status: number, body: unknown): Answer =>
  () => ({ status, body: typeof body === 'string' ? body : JSON.stringify(body) });

test.each([
  { message: 'Its words.', details: { reason: 'none' } },
  {
    message: 'Its words.',
    details: [null, 'x', { reason: 1, retryDelay: 2, violations: 3 }, { violations: [null, 4] }],
  },
  { message: 'Its words.', code: null, status: 7 },
  { message: 'Its words.', code: ['x'], details: null },
])('an odd detail does not hide the words: %j', async (error) => {
  const failure = await failureAfter(answer(404, { error }));
  expect([failure.code, failure.what]).toEqual(['PROVIDER_MODEL_GONE', expect.stringMatching(/: “Its words\.”$/)]);
});

test.each(['', 'null', '[]', '"x"', '{"error":null}', '{"error":"x"}', '{"error":', '<html>'])(
  'any body of an error will do: %s',
  async (body) => {
    expect(await failureAfter(answer(500, body))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
    for (const status of [404, 405]) {
      expect(await failureAfter(answer(status, body))).toMatchObject({
        code: 'PROVIDER_UNAVAILABLE',
        retry: 'never',
        next: expect.stringContaining('baseUrl'),
      });
    }
  },
);

describe('how long to wait', () => {
  const soon = () => new Date(Date.now() + 5000).toUTCString();
  test.each<[string, ErrorOptions, number | undefined]>([
    ['RetryInfo', { retryDelay: '18.5s' }, 18_500],
    ['RetryInfo, to the next millisecond', { retryDelay: '0.0004s' }, 1],
    ['the message', { retryIn: '22.231450385s' }, 22_232],
    ['Retry-After', { retryAfter: '7' }, 7000],
    ['Retry-After with a fraction', { retryAfter: '1.5' }, 1500],
    ['Retry-After at once', { retryAfter: '0' }, 0],
    ['a date that is over', { retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    ['RetryInfo before the message', { retryDelay: '3s', retryIn: '4s', retryAfter: '5' }, 3000],
    ['the message before Retry-After', { retryIn: '4s', retryAfter: '5' }, 4000],
    ['what can be read before what cannot', { retryDelay: '1.2.3s', retryIn: 'a while', retryAfter: '5' }, 5000],
    ['nothing', {}, undefined],
    ['nothing that can be read', { retryDelay: '1.2.3s', retryIn: '1.2.3s', retryAfter: 'soon' }, undefined],
    ['another unit', { retryDelay: '5m', retryIn: '350ms' }, undefined],
    ['a negative number', { retryDelay: '-1s', retryIn: '-1s', retryAfter: '-1' }, undefined],
  ])('is told by %s', async (_, options, wait) => {
    for (const status of [429, 503, 504]) {
      expect((await failureAfter(apiError(status, options))).retryAfter).toBe(wait);
    }
  });

  test('Retry-After may be a date', async () => {
    const { retryAfter } = await failureAfter((call) => apiError(503, { retryAfter: soon() })(call), 'anyfast');
    expect(retryAfter).toBeGreaterThan(3000);
    expect(retryAfter).toBeLessThanOrEqual(5000);
  });

  test('is not told where trying again does not help', async () => {
    expect((await failureAfter(apiError(400, { retryDelay: '1s', retryAfter: '1' }))).retryAfter).toBeUndefined();
  });
});

describe.each(flavours)('no answer at all: %s', (flavour) => {
  const ask = (baseUrl: string) =>
    failureOf(createProvider[flavour]({ apiKey: 'sk-loop', baseUrl }).generate(imageRequest(), context()));

  test('nobody listens', async () => {
    const gemini = await startGemini();
    await gemini.close();
    const error = await ask(gemini.url);
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
    expect(error.what).toBe(`${new URL(gemini.url).host} cannot be reached (ECONNREFUSED)`);
    expect(error.next).toMatch(/baseUrl/);
  });

  test('nobody has that name', async () => {
    const error = await ask('http://nobody.invalid');
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
    expect(error.what).toMatch(/^nobody\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  test('the connection is reset after the request', async () => {
    const error = await failureAfter(() => 'reset', flavour);
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'once' });
    expect(error.what).toMatch(/cut the connection \((ECONNRESET|UND_ERR_SOCKET)\)$/);
  });

  test('nobody speaks TLS there: nothing was sent, nothing is sent again', async () => {
    await using started = await startProvider(flavour);
    const error = await ask(started.gemini.url.replace('http:', 'https:'));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'never' });
    expect(error.what).toMatch(/cannot be trusted \(ERR_SSL_/);
    expect(error.next).toMatch(/baseUrl/);
    expect(started.gemini.requests).toEqual([]);
  });
});
