import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderFailure } from '../../src/failure.js';
import type { ProviderError } from '../../src/providers/provider.js';
import {
  type Answer,
  apiError,
  blocked,
  finishReason,
  htmlError,
  json,
  notJson,
  picture,
  redirect,
  resetBeforeAnswer,
  startGemini,
  textOnly,
  truncatedBody,
} from '../loopback/gemini.js';
import {
  carried,
  context,
  createProvider,
  failureOf,
  flavours,
  imageRequest,
  keyNames,
  SMALL,
  startProvider,
} from './calls.js';

/** Whether a text gives a secret away to somebody who can decode what URLs, JSON and base64 make of it. */
function holds(text: string, secret: string): boolean {
  const read = [text];
  for (let depth = 0; depth < 3; depth++) {
    read.push(
      read.at(-1)!.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
  }
  read.push(text.replace(/\\(.)/g, '$1'));
  const runs = text.match(/[\w+/-]{8,}/g) ?? [];
  const decoded = runs.flatMap((run) =>
    [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
  );
  return [...read, ...decoded].some((each) => each.includes(secret));
}

const lowerCase = (encoded: string) => encoded.replace(/%../g, (escaped) => escaped.toLowerCase());
const percent = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&');

/** The ways in which a service may say what it was sent. */
const echoes: Record<string, (key: string) => string> = {
  raw: (key) => key,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (key) => lowerCase(encodeURIComponent(key)),
  'percent-encoded twice': (key) => encodeURIComponent(encodeURIComponent(key)),
  'percent-encoded in full': percent,
  'as a form': (key) => new URLSearchParams({ key }).toString(),
  'as JSON in JSON': (key) => JSON.stringify({ key }).replaceAll('/', '\\/'),
  base64: (key) => Buffer.from(key).toString('base64'),
  base64url: (key) => Buffer.from(key).toString('base64url'),
  'base64 of the URL': (key) => Buffer.from(`https://x/?key=${key}&alt=json`).toString('base64'),
  'base64 of the header': (key) => Buffer.from(`x-goog-api-key: ${key}\r\n`).toString('base64'),
  'base64url of the two': (key) => Buffer.from(`a ${key} ${key}`).toString('base64url'),
};
const everyEcho = (key: string) =>
  Object.values(echoes)
    .map((echo) => echo(key))
    .join(' ');

/** Real keys have letters, digits, - and _ alone; these have what encoders treat differently. */
const keys = ["sk-loop+Zm9v/bar~baz!(it's)*=", 'AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY', 'k"e\\y<1>&%2B;$[^]{|}'];

function expectClean(error: ProviderError, key: string): void {
  const texts = [error.message, error.what, error.next ?? '', error.stack ?? '', String(error), renderFailure(error)];
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) texts.push(cause.stack ?? '');
  texts.push(inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error));
  for (const text of texts) expect(holds(text, key), text).toBe(false);
}

test.each(Object.keys(echoes))('a key would be found %s', (name) => {
  for (const key of keys) {
    expect(holds(`It says ${echoes[name]!(key)}.`, key), key).toBe(true);
    expect(holds(`It says ${echoes[name]!('another-key-altogether')}.`, key)).toBe(false);
  }
});

describe.each(flavours)('%s', (flavour) => {
  test.each(keys)('an error says %j in none of the ways that a service can', async (key) => {
    await using started = await startProvider(flavour, key);
    for (const [name, echo] of Object.entries(echoes)) {
      started.gemini.script(apiError(400, { message: `before ${echo(key)} after` }));
      const error = await failureOf(started.provider.generate(imageRequest(), context()));
      expectClean(error, key);
      expect(error.what, name).toMatch(/“before .*\[key\].* after”$/);
    }
  });

  const failures: Record<string, (echo: string, url: string) => Answer> = {
    ...Object.fromEntries(
      [400, 401, 403, 404, 408, 429, 500, 502, 503, 504].map((status) => [
        `HTTP ${status}`,
        (echo) =>
          apiError(status, { message: echo, status: echo, type: echo, code: echo, reason: echo, retryDelay: echo }),
      ]),
    ),
    page: () => htmlError(502),
    'page with it': (echo) => () => ({ status: 500, body: `<p>${echo}</p>` }),
    'not JSON': (echo) => notJson(echo),
    'an error in a success': (echo) => json({ error: { message: echo } }),
    words: (echo) => textOnly(echo),
    refusal: (echo) => finishReason('SAFETY', { message: echo }),
    'reason nobody knows': (echo) => finishReason(echo, { text: echo }),
    block: (echo) => blocked(echo, echo),
    redirect: (_, url) => redirect(url),
    'hosted picture': (_, url) => picture({ via: 'fileData.fileUri', url }),
    truncated: () => truncatedBody(picture({ size: SMALL })),
    reset: () => resetBeforeAnswer(),
  };
  test.each(Object.entries(failures))('it is not told by %s', async (_, answer) => {
    for (const key of keys.slice(0, 2)) {
      await using started = await startProvider(flavour, key);
      started.gemini.script(answer(everyEcho(key), `${started.gemini.url}/?key=${encodeURIComponent(key)}`));
      expectClean(await failureOf(started.provider.generate(imageRequest(), context())), key);
      expect(started.gemini.requests).toHaveLength(1);
    }
  });

  test('nor by what never reached the service', async () => {
    const gemini = await startGemini();
    await gemini.close();
    for (const baseUrl of [
      gemini.url,
      gemini.url.replace('http:', 'https:'),
      'http://127.0.0.1:6000',
      'http://nobody.invalid',
    ]) {
      const provider = createProvider[flavour]({ apiKey: keys[0]!, baseUrl });
      expectClean(await failureOf(provider.generate(imageRequest(), context())), keys[0]!);
    }
  });

  test('nor by what is recorded beside a picture', async () => {
    const [key = ''] = keys;
    await using started = await startProvider(flavour, key);
    const echo = everyEcho(key);
    const usageMetadata = { totalTokenCount: 12, request: { url: [echo] } };
    const parts = [{ text: `Here: ${echo}` }, { inlineData: { data: Buffer.from('a picture').toString('base64') } }];
    started.gemini.script(
      json({ candidates: [{ content: { parts } }], usageMetadata, modelVersion: echo, responseId: echo }),
    );
    const { bytes, ...told } = carried(await started.provider.generate(imageRequest(), context()));
    expect(Buffer.from(bytes).toString()).toBe('a picture');
    expect(told).toMatchObject({ caption: expect.stringMatching(/^Here: \[key\]/), usage: { totalTokenCount: 12 } });
    for (const text of [told.caption, told.model, told.responseId, JSON.stringify(told.usage)]) {
      expect(holds(text ?? '', key), text).toBe(false);
    }
  });

  test('nor by the provider itself', () => {
    const given = createProvider[flavour]({ apiKey: keys[1]! });
    for (const provider of [given, createProvider[flavour]().withKey(keys[1]!)]) {
      expect(holds(inspect(provider, { depth: 10, showHidden: true, getters: true }), keys[1]!)).toBe(false);
      expect(holds(JSON.stringify(provider), keys[1]!)).toBe(false);
      expect(holds(Object.values(provider).map(String).join(), keys[1]!)).toBe(false);
      expect([provider.hasKey, provider.usesKey(keys[1]!), provider.usesKey('sk-other')]).toEqual([true, true, false]);
    }
  });

  test('what a service says cannot steer a terminal, nor fill it', async () => {
    await using started = await startProvider(flavour);
    const said = `\x1b[2J\x1b]0;title\x07\r\n::error::never\x9b31m ${'word '.repeat(100_000)}`;
    started.gemini.script(apiError(400, { message: said }), finishReason('SAFETY', { message: said }));
    for (let call = 0; call < 2; call++) {
      const { what } = await failureOf(started.provider.generate(imageRequest(), context()));
      expect(what).toMatch(/^\P{Cc}+$/u);
      expect(what).toContain('::error::never');
      expect(what.length).toBeLessThan(2100);
    }
  });
});

describe.each(flavours)('the key of %s', (flavour) => {
  test.each([
    (key: string) => ` ${key}\n`,
    (key: string) => `"${key}"`,
    (key: string) => `\t'${key}'\r\n`,
    (key: string) => `" ${key}\n"`,
  ])('may come with what a paste brings along: %s', async (paste) => {
    await using started = await startProvider(flavour);
    const { gemini } = started;
    gemini.always(picture({ size: SMALL }));
    const options = { baseUrl: gemini.url };
    const pasted = createProvider[flavour]({ ...options, apiKey: paste(gemini.key) });
    const found = createProvider[flavour](options).withKey(paste(gemini.key));
    for (const provider of [pasted, found]) {
      await provider.generate(imageRequest(), context());
      expect([provider.usesKey(gemini.key), provider.usesKey(paste(gemini.key))]).toEqual([true, true]);
    }
    expect(gemini.calls).toBe(2);
  });

  test.each(['sk-hidden two', 'sk-hidden\nX-Evil: 1', 'sk-hiddenü', 'sk-hidden\0', 'sk-hidden\u200b', '„sk-hidden“'])(
    'with a character that no key has is not sent: %j',
    async (apiKey) => {
      await using started = await startProvider(flavour);
      const provider = createProvider[flavour]({ apiKey, baseUrl: started.gemini.url });
      const error = await failureOf(provider.generate(imageRequest(), context()));
      expect([error.code, error.retry]).toEqual(['PROVIDER_AUTH', 'never']);
      expect(error.what).toContain(keyNames[flavour]);
      expectClean(error, 'sk-hidden');
      expect(started.gemini.requests).toEqual([]);
    },
  );

  test.each([undefined, '', ' \n', '""', "' '"])(
    'is asked for by the name of its variable where it is %j',
    async (apiKey) => {
      await using started = await startProvider(flavour);
      const provider = createProvider[flavour]({
        ...(apiKey === undefined ? {} : { apiKey }),
        baseUrl: started.gemini.url,
      });
      expect([provider.hasKey, provider.usesKey(''), provider.usesKey(apiKey ?? '')]).toEqual([false, false, false]);
      const error = await failureOf(provider.generate(imageRequest(), context()));
      expect([error.code, error.retry]).toEqual(['PROVIDER_AUTH', 'never']);
      expect(error.what).toBe(`there is no ${keyNames[flavour]}`);
      expect(error.next).toContain(`${keyNames[flavour]}=`);
      expect(started.gemini.requests).toEqual([]);
    },
  );

  test('given where the provider is made wins over one that is found', async () => {
    await using started = await startProvider(flavour);
    started.gemini.always(picture({ size: SMALL }));
    const found = started.provider.withKey('sk-found');
    await found.generate(imageRequest(), context());
    expect([found.usesKey('sk-found'), found.usesKey(started.gemini.key)]).toEqual([false, true]);
  });
});
