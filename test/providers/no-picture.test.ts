import { describe, expect, test } from 'vitest';
import {
  type Answer,
  blocked,
  emptyCandidates,
  finishReason,
  json,
  notJson,
  nullCandidates,
  picture,
  textOnly,
  truncatedBody,
} from '../loopback/gemini.js';
import { failureAfter, flavours, SMALL } from './calls.js';

const refusals = [
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE'],
  ...['IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION'],
];
const mishaps = ['MAX_TOKENS', 'OTHER', 'NO_IMAGE', 'IMAGE_OTHER', 'MALFORMED_RESPONSE', 'FINISH_REASON_UNSPECIFIED'];
const unknown = ['A_REASON_OF_2031', 'safety', '__proto__', 'constructor'];
const blocks = ['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'A_REASON_OF_2031'];

describe.each(refusals)('the model refuses: %s', (reason) => {
  test('its message is quoted', async () => {
    const error = await failureAfter(finishReason(reason, { message: 'No harbours today.', text: 'Sorry.' }));
    expect(error).toMatchObject({ code: 'PROVIDER_REFUSED', retry: 'never', retryAfter: undefined });
    expect(error.what).toBe(`the model refused (${reason}): “No harbours today.”`);
    expect(error.next).toMatch(/Change the prompt/);
  });

  test('else its words, whatever they mention; else the reason alone', async () => {
    const words = 'No: https://policies.invalid/a.png';
    const spoken = await failureAfter(finishReason(reason, { text: words }));
    expect([spoken.code, spoken.what]).toEqual(['PROVIDER_REFUSED', `the model refused (${reason}): “${words}”`]);
    const link = await failureAfter(finishReason(reason, { text: 'https://policies.invalid/a.png' }));
    expect(link.code).toBe('PROVIDER_REFUSED');
    const silent = await failureAfter(finishReason(reason));
    expect([silent.code, silent.what]).toEqual(['PROVIDER_REFUSED', `the model refused (${reason})`]);
  });
});

test.each([...mishaps, ...unknown])('no picture came of it: %s', async (reason) => {
  const error = await failureAfter(finishReason(reason, { message: 'Something happened.' }));
  expect(error).toMatchObject({ code: 'PROVIDER_NO_IMAGE', retry: 'never' });
  expect(error.what).toBe(`the model answered without a picture (${reason}): “Something happened.”`);
  const silent = await failureAfter(finishReason(reason));
  expect([silent.code, silent.what]).toEqual(['PROVIDER_NO_IMAGE', `the model answered without a picture (${reason})`]);
});

test.each(blocks)('the prompt is blocked: %s', async (reason) => {
  const told = await failureAfter(blocked(reason, 'Not in this country.'), 'anyfast');
  expect([told.code, told.what]).toEqual(['PROVIDER_REFUSED', `the model refused (${reason}): “Not in this country.”`]);
  const silent = await failureAfter(blocked(reason));
  expect([silent.code, silent.what]).toEqual(['PROVIDER_REFUSED', `the model refused (${reason})`]);
});

describe.each(flavours)('%s', (flavour) => {
  test('words alone are no picture, and are quoted', async () => {
    const error = await failureAfter(textOnly('A “quiet” harbour\nat dawn'), flavour);
    expect(error).toMatchObject({ code: 'PROVIDER_NO_IMAGE', retry: 'never' });
    expect(error.what).toBe('the model answered without a picture: “A “quiet” harbour at dawn”');
    expect(error.next).toMatch(/prompt/);
  });

  test.each([
    ['no candidates', emptyCandidates()],
    ['candidates: null', nullCandidates()],
    ['a candidate that is null', json({ candidates: [null] })],
    ['a candidate without content', json({ candidates: [{ finishReason: 'STOP' }] })],
    ['content: null', json({ candidates: [{ content: null, finishReason: 'STOP' }] })],
    ['parts: null', json({ candidates: [{ content: { parts: null }, finishReason: 'STOP' }] })],
    ['no parts', json({ candidates: [{ content: { parts: [] } }] })],
    ['a thought alone', json({ candidates: [{ content: { parts: [{ text: 'Hm.', thought: true }] } }] })],
    ['an empty picture', json({ candidates: [{ content: { parts: [{ inlineData: { data: '' } }] } }] })],
    ['a picture of spaces', json({ candidates: [{ content: { parts: [{ inlineData: { data: ' '.repeat(40) } }] } }] })],
    ['nothing but usage', json({ usageMetadata: { totalTokenCount: 12 } })],
    ['no data', json({ data: [] })],
  ])('%s', async (_, answer) => {
    const error = await failureAfter(answer, flavour);
    expect([error.code, error.retry]).toEqual(['PROVIDER_NO_IMAGE', 'never']);
    expect(error.what).toBe('the model answered without a picture');
  });

  test.each<[string, Answer]>([
    ['an empty object', json({})],
    ['a list', json([{ candidates: [] }])],
    ['null', json(null)],
    ['words', json('candidates')],
    ['something else', json({ message: 'Welcome', version: 3 })],
  ])('not a Gemini response: %s', async (_, answer) => {
    const error = await failureAfter(answer, flavour);
    expect([error.code, error.retry]).toEqual(['PROVIDER_BAD_RESPONSE', 'never']);
    expect(error.what).toBe('the service answered with something that is not a Gemini response');
  });

  test('an error that is declared a success is quoted', async () => {
    const error = await failureAfter(
      json({ error: { message: 'Upstream said no.', code: 'x' }, candidates: null }),
      flavour,
    );
    expect(error.code).toBe('PROVIDER_BAD_RESPONSE');
    expect(error.what).toMatch(/“Upstream said no\.”$/);
  });

  test.each<[string, Answer]>([
    ['a page', notJson()],
    ['nothing', notJson('')],
    ['half of the JSON', notJson('{"candidates":[{"content":{"parts":[{"inlineData":{"data":"AAAA')],
  ])('not JSON: %s', async (_, answer) => {
    const error = await failureAfter(answer, flavour);
    expect([error.code, error.retry]).toEqual(['PROVIDER_BAD_RESPONSE', 'once']);
    expect(error.what).toMatch(/not JSON/);
  });

  test('a page in place of an answer tells where to look', async () => {
    expect(await failureAfter(notJson(), flavour)).toMatchObject({
      what: 'the answer is a web page, not JSON',
      next: 'Check the provider’s baseUrl.',
    });
    expect((await failureAfter(notJson(''), flavour)).next).toBeUndefined();
  });

  test('an answer that breaks off may have been billed', async () => {
    const error = await failureAfter(truncatedBody(picture({ size: SMALL })), flavour);
    expect([error.code, error.retry]).toEqual(['PROVIDER_BAD_RESPONSE', 'once']);
    expect(error.what).toMatch(/broke off/);
  });
});
