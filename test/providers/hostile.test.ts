import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseErrorResponse } from '../../src/providers/gemini/errors.js';
import { parseResponse } from '../../src/providers/gemini/response.js';
import { ProviderError } from '../../src/providers/provider.js';
import { apiError, finishReason, json } from '../loopback/gemini.js';
import { context, failureOf, imageRequest, LITE, startProvider } from './calls.js';

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.base64String({ minLength: 8 }),
  fc.base64String({ minLength: 8 }).map((data) => `data:image/png;base64,${data}`),
  fc.constantFrom('https://cdn.invalid/a.png', '![a](https://cdn.invalid/a)', 'STOP', 'SAFETY', '12s', ''),
);
const value = fc.oneof({ weight: 3, arbitrary: words }, { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) });
const listOf = (items: fc.Arbitrary<unknown>) => fc.oneof(fc.array(fc.oneof(items, value), { maxLength: 3 }), value);
const some = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof({ weight: 5, arbitrary: fc.record(fields, { requiredKeys: [] }) }, { weight: 1, arbitrary: value });

const inline = some({ data: value, url: value, mimeType: value });
const file = some({ fileUri: value, file_uri: value });
const part = some({
  ...{ text: value, thought: fc.oneof(fc.boolean(), value) },
  ...{ inlineData: inline, inline_data: inline, fileData: file, file_data: file },
});
/** Answers that are right here and there, and wrong in any other place. */
const response = some({
  candidates: listOf(some({ content: some({ parts: listOf(part) }), finishReason: value, finishMessage: value })),
  promptFeedback: some({ blockReason: value, blockReasonMessage: value }),
  data: listOf(some({ b64_json: value, url: value })),
  ...{ usageMetadata: value, modelVersion: value, responseId: value, error: value },
});
const errorBody = some({
  error: some({
    ...{ message: value, code: fc.oneof(value, fc.integer()), status: value },
    details: listOf(some({ reason: value, retryDelay: value, violations: listOf(some({ quotaId: value })) })),
  }),
});

function check(body: unknown): 'picture' | 'hosted' | string {
  try {
    const { caption, model, responseId, usage, ...picture } = parseResponse(body);
    const isHosted = 'url' in picture;
    if (isHosted) expect(picture.url).toMatch(/^https?:/i);
    else expect(picture.bytes.length).toBeGreaterThan(0);
    for (const told of [caption, model, responseId]) expect(['string', 'undefined']).toContain(typeof told);
    expect(usage === undefined || typeof usage === 'object').toBe(true);
    return isHosted ? 'hosted' : 'picture';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error.code;
  }
}

test('any value is a picture or a failure of the provider', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), (body) => {
      check(body);
    }),
  );
});

test('so is any answer that looks like one, and all outcomes are met', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(response, (body) => {
      outcomes.add(check(body));
    }),
    { numRuns: 2000 },
  );
  expect([...outcomes].sort()).toEqual(
    ['PROVIDER_BAD_RESPONSE', 'PROVIDER_NO_IMAGE', 'PROVIDER_REFUSED', 'hosted', 'picture'].sort(),
  );
});

test('any error has a code, a kind of retry, and a pause that can be waited for or none', () => {
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    errorBody.map(
      (error) => JSON.stringify(error, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? '',
    ),
  );
  const header = fc.oneof(fc.constant(null), fc.string(), fc.double().map(String), fc.date().map(String));
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), body, header, (status, text, retryAfter) => {
      const error = parseErrorResponse({ status, body: text, retryAfter }, LITE);
      expect(error).toBeInstanceOf(ProviderError);
      expect(error.code).toMatch(/^PROVIDER_/);
      expect(['never', 'safely', 'once']).toContain(error.retry);
      expect(error.retryAfter === undefined || error.retryAfter >= 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

describe('a megabyte of one thing takes no time', () => {
  const units = [
    ...[
      '[',
      ']',
      '(',
      '![',
      '[](',
      '![](',
      '[a](',
      '![a',
      '[]',
      'a',
      'A=',
      '=',
      '-',
      '%',
      '%25',
      '\\',
      ' ',
      '\n',
      ' \n',
      '\t',
      '\0',
    ],
    ...[
      'http:',
      'https://',
      'https://a.png',
      'https://a.png?',
      'https://a ',
      ' https://a\n',
      '![](https:',
      '![](https://a ',
      '.png',
    ],
    ...[
      'data:image/',
      'data:image/a',
      'data:image/a;',
      'data:image/a;base64,',
      'data:image/a;base64,A',
      'base64,',
      ';base64,A\n',
    ],
    ...['retry in ', 'retry in 1', '1', '1.', '1.1', '1s', 'sk-loop', 'sk-loo', '%73', '%2573', 'c2stbG9v', '“'],
  ];
  const size = 1_000_000;
  const long = units.flatMap((unit) => {
    const text = unit.repeat(size / unit.length);
    return ['', 'https://', '![', 'retry in '].map((start) => `${start}${text} x`);
  });

  /** Loose: what blows up takes minutes. */
  const LIMIT = 2000;
  function time(task: () => unknown, text: string): void {
    const start = performance.now();
    task();
    const took = performance.now() - start;
    expect(took, `${JSON.stringify(text.slice(0, 40))}… took ${took} ms`).toBeLessThan(LIMIT);
  }
  const answer = (...parts: unknown[]) => ({ candidates: [{ content: { parts } }] });

  test('as the words of an answer, with a picture and without', () => {
    for (const text of long) {
      time(() => check(answer({ text })), text);
      time(() => check(answer({ text }, { inlineData: { data: 'YSBwaWN0dXJl' } })), text);
    }
  });

  test('in the place of a picture, of a link or of a reason', () => {
    for (const text of long) {
      time(() => check(answer({ inlineData: { data: text, url: text }, fileData: { fileUri: text } })), text);
      time(() => check({ data: [{ b64_json: text, url: text }] }), text);
      time(() => check({ candidates: [{ finishReason: text, finishMessage: text }] }), text);
    }
  });

  test('as an error', () => {
    for (const text of long) {
      const body = JSON.stringify({
        error: { message: text, code: text, details: [{ retryDelay: `${text}s`, reason: text }] },
      });
      time(() => parseErrorResponse({ status: 429, body, retryAfter: text }, LITE), text);
      time(() => parseErrorResponse({ status: 500, body: text, retryAfter: `1${text}` }, LITE), text);
    }
  });

  test('on the way through the client, where the key is looked for', async () => {
    await using started = await startProvider('google', 'sk-loop-sk-loop');
    for (const unit of units) {
      const text = unit.repeat(size / unit.length);
      started.gemini.script(apiError(400, { message: text }), finishReason('SAFETY', { message: text }));
      for (let call = 0; call < 2; call++) {
        const start = performance.now();
        const error = await failureOf(started.provider.generate(imageRequest(), context()));
        expect(performance.now() - start, unit).toBeLessThan(LIMIT);
        expect(error.message.length).toBeLessThan(2200);
      }
    }
  });
});

test('deep nesting is no failure of another kind', async () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const nested = (body: string) => check(JSON.parse(body));
  expect(nested(`{"candidates":${deep}}`)).toBe('PROVIDER_NO_IMAGE');
  expect(nested(`{"candidates":[{"content":{"parts":[{"text":${deep},"more":${deep}}]}}]}`)).toBe('PROVIDER_NO_IMAGE');
  expect(nested(deep)).toBe('PROVIDER_BAD_RESPONSE');
  expect(parseErrorResponse({ status: 500, body: `{"error":{"details":${deep}}}`, retryAfter: null }, LITE).code).toBe(
    'PROVIDER_UNAVAILABLE',
  );
  await using started = await startProvider();
  started.gemini.script(json({ more: 1, candidates: [] }));
  expect((await failureOf(started.provider.generate(imageRequest(), context()))).code).toBe('PROVIDER_NO_IMAGE');
});
