import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  type Answer,
  apiError,
  delayed,
  dripping,
  endless,
  file,
  type Gemini,
  htmlError,
  never,
  picture,
  pictureVias,
  redirect,
  resetBeforeAnswer,
  startGemini,
  truncatedBody,
} from '../loopback/gemini.js';
import { context, createProvider, failureOf, flavours, hosted, imageRequest, SMALL, startProvider } from './calls.js';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(20_000)]);
const hostedVias = pictureVias.filter((via) => /url|uri/i.test(via) && !/data URL/.test(via));
const MB = 1024 * 1024;

/** Downloads from the service that the provider calls. */
async function downloading<T>(use: (download: (url: string) => Promise<Uint8Array>, gemini: Gemini) => Promise<T>) {
  await using started = await startProvider('anyfast');
  const { gemini, provider } = started;
  return await use((url) => provider.download!(url, { signal: AbortSignal.timeout(20_000) }), gemini);
}

/** What a download fails with, where the service hosts this. */
const failureWith = (answer: Answer) =>
  downloading(async (download, gemini) => failureOf(download(`${gemini.serve('/a.png', answer)}?sig=hidden`)));

test.each(flavours)('%s: a picture hosted in any way is downloaded, as often as it takes', async (flavour) => {
  for (const via of hostedVias) {
    await using started = await startProvider(flavour);
    const { gemini, provider } = started;
    gemini.script(picture({ via, size: SMALL }));
    const { url } = hosted(await provider.generate(imageRequest(), context()));
    for (let time = 0; time < 2; time++) {
      const bytes = await provider.download!(url, context());
      expect(gemini.requests[0]!.picture!.bytes.equals(bytes), via).toBe(true);
    }
    expect([gemini.calls, gemini.requests.length]).toEqual([1, 3]);
  }
});

test('a download has no key, no cookie and no words of ours', () =>
  downloading(async (download, gemini) => {
    const target = gemini.serve('/b.png', file(png, 'image/png'));
    await download(gemini.serve('/a.png', redirect(target)));
    expect(gemini.requests.map(({ path }) => path)).toEqual(['/a.png', '/b.png']);
    for (const { headers, url, method } of gemini.requests) {
      expect([method, url.includes('?')]).toEqual(['GET', false]);
      expect(JSON.stringify(headers)).not.toContain(gemini.key);
      expect(Object.keys(headers).filter((name) => /cookie|auth|referer|origin|x-/.test(name))).toEqual([]);
    }
  }));

test.each<[string, Answer]>([
  ['no type', () => ({ status: 200, body: png })],
  ['the type of a text', file(png, 'text/html')],
  ['pieces without a length', dripping(png, 'image/png', 1)],
  [
    'compression',
    () => ({ status: 200, headers: { 'content-encoding': 'gzip', 'content-type': 'image/png' }, body: gzipSync(png) }),
  ],
])('a picture may come with %s', (_, answer) =>
  downloading(async (download, gemini) => {
    expect(png.equals(await download(gemini.serve('/a.png', answer)))).toBe(true);
  }),
);

test.each<[string, Answer, code: string, retry: string, words: RegExp]>([
  ['400', apiError(400), 'PROVIDER_BAD_RESPONSE', 'never', /does not give the picture, or no longer \(HTTP 400\)$/],
  ['401', apiError(401), 'PROVIDER_BAD_RESPONSE', 'never', /no longer \(HTTP 401\)$/],
  ['403', apiError(403), 'PROVIDER_BAD_RESPONSE', 'never', /no longer \(HTTP 403\)$/],
  ['404', () => ({ status: 404, body: '<h1>nginx</h1>' }), 'PROVIDER_BAD_RESPONSE', 'never', /no longer \(HTTP 404\)$/],
  ['410', apiError(410), 'PROVIDER_BAD_RESPONSE', 'never', /no longer \(HTTP 410\)$/],
  ['408', apiError(408), 'PROVIDER_TIMEOUT', 'safely', /in time \(HTTP 408\)$/],
  ['429', apiError(429), 'PROVIDER_RATE_LIMITED', 'safely', /fewer downloads \(HTTP 429\)$/],
  ['500', apiError(500), 'PROVIDER_UNAVAILABLE', 'safely', /now \(HTTP 500\)$/],
  ['502', htmlError(502), 'PROVIDER_UNAVAILABLE', 'safely', /now \(HTTP 502\)$/],
  ['503', htmlError(503), 'PROVIDER_UNAVAILABLE', 'safely', /now \(HTTP 503\)$/],
  ['504', htmlError(504), 'PROVIDER_TIMEOUT', 'safely', /in time \(HTTP 504\)$/],
  ['304 without a place', () => ({ status: 304, body: '' }), 'PROVIDER_BAD_RESPONSE', 'never', /\(HTTP 304\)$/],
  ['a reset', resetBeforeAnswer(), 'PROVIDER_UNAVAILABLE', 'safely', /cut the connection \(/],
  ['half of it', truncatedBody(file(png, 'image/png')), 'PROVIDER_UNAVAILABLE', 'safely', /broke off in the middle/],
  ['a page', file(Buffer.from('\n<!doctype html>'), 'text/html'), 'PROVIDER_UNAVAILABLE', 'safely', /gave a text/],
  ['JSON', file(Buffer.from('{"error":1}'), 'image/png'), 'PROVIDER_UNAVAILABLE', 'safely', /gave a text/],
  ['nothing', file(Buffer.alloc(0), 'image/png'), 'PROVIDER_UNAVAILABLE', 'safely', /gave nothing/],
  ['more than 100 MB', file(Buffer.alloc(101 * MB, 1), 'image/png'), 'PROVIDER_BAD_RESPONSE', 'never', /100 MB$/],
  ['bytes without end', endless('image/png'), 'PROVIDER_BAD_RESPONSE', 'never', /100 MB$/],
  [
    'a few bytes that unpack to more than 100 MB',
    () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(101 * MB, 1)) }),
    'PROVIDER_BAD_RESPONSE',
    'never',
    /100 MB$/,
  ],
  ['a redirect to nothing', redirect('https://'), 'PROVIDER_BAD_RESPONSE', 'never', /no address$/],
  ['a redirect in a circle', redirect('/a.png'), 'PROVIDER_BAD_RESPONSE', 'never', /redirects without end$/],
])('%s', async (_, answer, code, retry, words) => {
  const error = await failureWith(answer);
  expect(error).toMatchObject({ code, retry });
  expect(error.what).toMatch(words);
  expect(error.what).toMatch(/127\.0\.0\.1:\d+|no address/);
  expect(error.message).not.toMatch(/hidden|a\.png|nginx/);
});

test('a host that asks for a pause is heard', async () => {
  expect(await failureWith(apiError(503, { retryAfter: '7' }))).toMatchObject({ retryAfter: 7000 });
});

test('up to five redirects are followed, of any kind', () =>
  downloading(async (download, gemini) => {
    gemini.serve('/0', file(png, 'image/png'));
    for (const [index, status] of [301, 302, 303, 307, 308].entries()) {
      gemini.serve(`/${index + 1}`, redirect(`/${index}`, status));
    }
    const url = gemini.serve('/6', redirect('/5'));
    expect(png.equals(await download(`${gemini.url}/5`))).toBe(true);
    expect((await failureOf(download(url))).what).toMatch(/redirects without end$/);
  }));

test('nobody is there', async () => {
  const gone = await startGemini();
  await gone.close();
  const error = await downloading((download) => failureOf(download(`${gone.url}/a.png?sig=hidden`)));
  expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely', next: 'Check the network.' });
  expect(error.what).toBe(`${new URL(gone.url).host} cannot be reached (ECONNREFUSED)`);
});

test.each<[string, (gemini: Gemini) => Answer]>([
  ['no answer', () => never()],
  ['an answer that drips', () => dripping(png, 'image/png', 1000)],
  ['redirects that take their time', (gemini) => redirect(gemini.serve('/b', delayed(300, redirect('/c'))))],
])('the signal is the end of the whole: %s', async (_, answer) => {
  await using started = await startProvider();
  const { gemini, provider } = started;
  gemini.serve('/c', delayed(300, file(png, 'image/png')));
  const url = gemini.serve('/a.png', answer(gemini));
  const start = performance.now();
  const signal = AbortSignal.timeout(400);
  await expect(provider.download!(url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(performance.now() - start).toBeLessThan(5000);
  const asked = gemini.requests.length;
  await expect(provider.download!(url, { signal })).rejects.toBe(signal.reason);
  expect(gemini.requests.length, 'a signal that is over asks nobody').toBe(asked);
});

test.each(flavours)('%s: a link that holds the key is refused, and not told', async (flavour) => {
  await using started = await startProvider(flavour);
  const { gemini, provider } = started;
  gemini.script(
    picture({ via: 'fileData.fileUri', url: `https://cdn.invalid/?key=${encodeURIComponent(gemini.key)}` }),
  );
  const error = await failureOf(provider.generate(imageRequest(), context()));
  expect(error).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retry: 'never' });
  expect(error.what).toBe('the link to the picture is refused: it holds the key');
});

test.each(flavours)('%s says whether it calls the service itself', (flavour) => {
  const service = {
    google: 'https://generativelanguage.googleapis.com',
    anyfast: 'https://www.anyfast.ai',
  }[flavour];
  const isDefault = (baseUrl?: string) =>
    createProvider[flavour](baseUrl === undefined ? {} : { baseUrl }).isDefaultEndpoint;
  for (const same of [undefined, service, `${service}/`, service.toUpperCase()]) expect(isDefault(same)).toBe(true);
  for (const other of [`${service}/v2`, `${service}:8443`, service.replace('https', 'http'), 'http://127.0.0.1:1']) {
    expect(isDefault(other), other).toBe(false);
  }
  expect(createProvider[flavour]().withKey('sk-found').isDefaultEndpoint).toBe(true);
});
