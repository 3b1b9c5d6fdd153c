import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { aiSdk } from '../../src/index.js';
import { openaiError, openaiImages } from '../loopback/openai.js';
import { type CreateOpenAI, failureAfter, startModel } from './ai-sdk-models.js';
import { context, failureOf, imageRequest } from './calls.js';

export const reference = async () => ({
  bytes: await sharp({ create: { width: 8, height: 6, channels: 3, background: '#369' } })
    .png()
    .toBuffer(),
  mimeType: 'image/png' as const,
});

/** What holds for OpenAI's own models of every version. */
export function testModels(version: 'v2' | 'v3' | 'v4', getCreate: () => CreateOpenAI): void {
  const start = (id?: string, apiKey?: string) => startModel(getCreate(), id, apiKey);
  const fail = (...[answer]: [Parameters<typeof failureAfter>[1]]) => failureAfter(getCreate(), answer);

  test('is a provider by the names of its model', async () => {
    await using started = await start();
    expect(started.model.specificationVersion).toBe(version);
    expect(started.provider).toMatchObject({ name: 'ai-sdk:openai.image', models: ['gpt-image-1'] });
    expect(Object.keys(started.provider).sort()).toEqual(['generate', 'models', 'name']);
  });

  test('gives the bytes, the model, the request id and the tokens', async () => {
    await using started = await start();
    const { openai, provider } = started;
    const answer = await provider.generate(imageRequest({ aspectRatio: '1:1' }), context());
    expect(answer).toEqual({
      bytes: openai.picture,
      model: 'gpt-image-1',
      responseId: 'req_loopback',
      ...(version === 'v2' ? {} : { usage: { inputTokens: 12, outputTokens: 1056, totalTokens: 1068 } }),
    });
    const [call] = openai.calls;
    expect(call?.path).toBe('/v1/images/generations');
    expect(call?.fields).toEqual({ model: 'gpt-image-1', prompt: 'A quiet harbour', n: 1 });
  });

  test('ends with the reason of its signal, and cuts the connection', async () => {
    await using started = await start();
    const { openai, provider } = started;
    openai.script('hang');
    const controller = new AbortController();
    const asked = provider.generate(imageRequest(), context(controller.signal));
    const call = await openai.called();
    const reason = new Error('Enough');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(call.finished).resolves.toBe('abandoned');
    await expect(provider.generate(imageRequest(), context(controller.signal))).rejects.toBe(reason);
    expect(openai.requests).toBe(1);
  });

  describe('tells failures apart:', () => {
    const blocked = 'Your request was rejected by the safety system.';
    const limited = { code: 'rate_limit_exceeded', type: 'requests' };
    test.each([
      [openaiError(400, blocked, { code: 'moderation_blocked' }), 'PROVIDER_REFUSED', 'never', blocked],
      [openaiError(400, 'No.', { code: 'content_policy_violation' }), 'PROVIDER_REFUSED', 'never', 'No.'],
      [openaiError(400, 'Unknown size.', { code: 'invalid_value' }), 'PROVIDER_BAD_REQUEST', 'never', 'Unknown size.'],
      [openaiError(400, 'Stop.', { code: 'billing_hard_limit_reached' }), 'PROVIDER_QUOTA', 'never', 'Stop.'],
      [openaiError(402, 'Pay first.'), 'PROVIDER_QUOTA', 'never', 'Pay first.'],
      [openaiError(403, 'Verify your organization.'), 'PROVIDER_AUTH', 'never', 'Verify your organization.'],
      [openaiError(404, 'It was retired.'), 'PROVIDER_MODEL_GONE', 'never', 'It was retired.'],
      [openaiError(503, 'No channel.', { code: 'model_not_found' }), 'PROVIDER_MODEL_GONE', 'never', 'No channel.'],
      [openaiError(408, 'Too slow.'), 'PROVIDER_TIMEOUT', 'safely', 'Too slow.'],
      [openaiError(429, 'Slow down.', limited), 'PROVIDER_RATE_LIMITED', 'safely', 'Slow down.'],
      [openaiError(429, 'Empty.', { code: 'insufficient_quota' }), 'PROVIDER_QUOTA', 'never', 'Empty.'],
      [openaiError(500, 'Oh dear.'), 'PROVIDER_UNAVAILABLE', 'safely', 'Oh dear.'],
      [openaiError(502, 'Oh dear.'), 'PROVIDER_UNAVAILABLE', 'once', 'Oh dear.'],
      [openaiError(503, 'Oh dear.'), 'PROVIDER_UNAVAILABLE', 'safely', 'Oh dear.'],
      [openaiError(504, 'Oh dear.'), 'PROVIDER_TIMEOUT', 'once', 'Oh dear.'],
    ])('%j is %s, retried %s', async (answer, code, retry, words) => {
      const error = await fail(answer);
      expect(error).toMatchObject({ code, retry, retryAfter: undefined });
      expect(error).not.toHaveProperty('cause');
      expect(error.what).toMatch(/\(HTTP \d+\): “/);
      expect(error.what).toContain(`“${words}”`);
    });

    test('a prompt that a service repeats is no refusal', async () => {
      const body = JSON.stringify({ error: { message: 'No such size.' }, input: 'A flagged ship, nsfw' });
      const error = await fail({ status: 400, headers: { 'content-type': 'application/json' }, body });
      expect(error.code).toBe('PROVIDER_BAD_REQUEST');
    });

    test('a page in place of an answer is not quoted', async () => {
      for (const [status, code] of [
        [404, 'PROVIDER_UNAVAILABLE'],
        [502, 'PROVIDER_UNAVAILABLE'],
      ] as const) {
        const error = await fail({ status, headers: { 'content-type': 'text/html' }, body: '<h1>nginx</h1>' });
        expect(error.code).toBe(code);
        expect(error.what).toMatch(/\(HTTP \d+\)$/);
      }
    });

    test('a pause that was asked for is kept', async () => {
      const error = await fail(openaiError(429, 'Slow down.', { headers: { 'retry-after': '7' } }));
      expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfter: 7000 });
    });

    test('a model that the service does not have', async () => {
      await using started = await start('gpt-image-0');
      const error = await failureOf(started.provider.generate(imageRequest(), context()));
      expect(error).toMatchObject({ code: 'PROVIDER_MODEL_GONE', retry: 'never' });
      expect(error.what).toContain('gpt-image-0');
      expect(error.next).toMatch(/defaults\.model/);
    });

    test('an answer without a picture', async () => {
      expect(await fail(openaiImages([]))).toMatchObject({ code: 'PROVIDER_NO_IMAGE', retry: 'never' });
      expect(await fail(openaiImages([{ b64_json: '' }]))).toMatchObject({ code: 'PROVIDER_NO_IMAGE' });
    });

    test('an answer that holds something else', async () => {
      const ok = { status: 200, headers: { 'content-type': 'application/json' } };
      const bad = { code: 'PROVIDER_BAD_RESPONSE' };
      expect(await fail(openaiImages([{ b64_json: '!!! no base64 !!!' }]))).toMatchObject({ ...bad, retry: 'never' });
      expect(await fail({ ...ok, body: '{"pictures":[]}' })).toMatchObject({ ...bad, retry: 'never' });
      expect(await fail({ ...ok, body: '<!doctype html>' })).toMatchObject({ ...bad, retry: 'once' });
      expect(await fail({ ...ok, body: '{"data":[', cutAfter: 4 })).toMatchObject({ ...bad, retry: 'once' });
    });

    test('a cut connection may have been billed, one that was never made was not', async () => {
      const cut = await fail('reset');
      expect(cut).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'once' });
      expect(cut.what).toMatch(/^openai\.image cut the connection \(\w+\)$/);
      const model = getCreate()({ baseURL: `http://127.0.0.1:${await freePort()}/v1`, apiKey: 'k' }).image(
        'gpt-image-1',
      );
      const refused = await failureOf(aiSdk(model).generate(imageRequest(), context()));
      expect(refused).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
      expect(refused.what).toMatch(/cannot be reached \(ECONNREFUSED\)$/);
    });
  });

  describe('no failure holds the key:', () => {
    test('one that is wrong', async () => {
      await using started = await start('gpt-image-1', 'a-very-strange-key-4711');
      const error = await failureOf(started.provider.generate(imageRequest(), context()));
      expect(error).toMatchObject({ code: 'PROVIDER_AUTH', retry: 'never' });
      expect(error.next).toMatch(/key.+prompt-image\.config/);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('4711');
    });

    // A prefix tells the first one; what stands around them the others.
    test.each([
      ['What is sk-proj-8f0e1c2d47114711?', 'What is [key]?'],
      ['We got Bearer 8f0e1c2d47114711 of you.', 'We got Bearer [key] of you.'],
      ['Look at https://service.test/v1?key=8f0e1c2d47114711 again.', 'Look at https://service.test/v1 again.'],
    ])('one that a service repeats: %s', async (words, shown) => {
      const error = await fail(openaiError(500, words));
      expect(error.what).toMatch(/\(HTTP 500\): “/);
      expect(error.what).toContain(`“${shown}”`);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('4711');
    });
  });
}

/** References, from v3 on. */
export function testReferences(getCreate: () => CreateOpenAI): void {
  test('references are sent in their order, as files', async () => {
    await using started = await startModel(getCreate());
    const { openai, provider } = started;
    const picture = await reference();
    const jpeg = await sharp(picture.bytes).jpeg().toBuffer();
    const references = [picture, { bytes: jpeg, mimeType: 'image/jpeg' as const }];
    expect(await provider.generate(imageRequest({ references }), context())).toHaveProperty('bytes', openai.picture);
    expect(openai.calls[0]?.path).toBe('/v1/images/edits');
    expect(openai.calls[0]?.images).toEqual(references);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
