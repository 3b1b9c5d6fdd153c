import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { aiSdk, type ImageModel, PromptImageError } from '../../src/index.js';
import type { ImageModelCall, ImageModelResult } from '../../src/providers/ai-sdk/model.js';
import { reference } from './ai-sdk-suite.js';
import { context, failureOf, imageRequest } from './calls.js';

const bytes = Uint8Array.of(1, 2, 3);
const empty = { warnings: [], response: { modelId: 'studio-1-0612', headers: undefined } };

/** A model of somebody's own, which notes what it is asked for. */
function studio(fields: Partial<ImageModel> = {}, result: Partial<ImageModelResult> | Error = {}) {
  const calls: ImageModelCall[] = [];
  const model: ImageModel = {
    specificationVersion: 'v3',
    provider: 'studio',
    modelId: 'studio-1',
    maxImagesPerCall: 1,
    doGenerate: async (options) => {
      calls.push(options);
      if (result instanceof Error) throw result;
      return { ...empty, images: [bytes], ...result };
    },
    ...fields,
  };
  return { calls, provider: aiSdk(model) };
}

function errorNamed(name: string, message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

describe('a model is asked', () => {
  test('for one picture, in the ratio of the manifest, without what nobody asked for', async () => {
    const { calls, provider } = studio();
    const { signal } = new AbortController();
    await provider.generate(imageRequest({ aspectRatio: '16:9' }), context(signal));
    expect(calls).toEqual([
      {
        prompt: 'A quiet harbour',
        n: 1,
        size: undefined,
        aspectRatio: '16:9',
        seed: 1,
        files: undefined,
        mask: undefined,
        providerOptions: {},
        abortSignal: signal,
      },
    ]);
    expect(calls[0]?.abortSignal).toBe(signal);
  });

  test('with the take as its seed', async () => {
    const { calls, provider } = studio();
    for (const take of [1, 7, 'night', 'k3f9']) await provider.generate(imageRequest({ take }), context());
    const seedOf = (name: string) => createHash('sha256').update(name).digest().readUInt32BE(0) >>> 1;
    expect(calls.map(({ seed }) => seed)).toEqual([1, 7, seedOf('night'), seedOf('k3f9')]);
    expect(seedOf('night')).toBe(196_229_611);
  });

  test('with references where it may take them', async () => {
    const references = [await reference()];
    for (const supportsFileInputs of [undefined, true, Promise.resolve(true), Promise.resolve(undefined)]) {
      const { calls, provider } = studio({ specificationVersion: 'v4', supportsFileInputs });
      await provider.generate(imageRequest({ references }), context());
      expect(calls[0]?.files).toEqual([{ type: 'file', mediaType: 'image/png', data: references[0]?.bytes }]);
    }
  });

  test.each<[string, Partial<ImageModel>, object, RegExp]>([
    [
      'references, which it says it does not take',
      { supportsFileInputs: false },
      { references: true },
      /no references/,
    ],
    [
      'references, the same later',
      { supportsFileInputs: Promise.resolve(false) },
      { references: true },
      /no references/,
    ],
    ['references in v2', { specificationVersion: 'v2' }, { references: true }, /no references/],
    ['another size', {}, { imageSize: '2K' }, /no field for imageSize 2K/],
    ['thinking', {}, { thinking: 'high' }, /no field for thinking/],
  ])('not at all for %s', async (_, fields, asked, words) => {
    const { calls, provider } = studio(fields);
    const references = 'references' in asked ? [await reference()] : [];
    const error = await failureOf(provider.generate(imageRequest({ ...asked, references }), context()));
    expect(error).toMatchObject({ code: 'PROVIDER_BAD_REQUEST', retry: 'never' });
    expect(error.what).toMatch(words);
    expect(error.next).toMatch(/^Remove /);
    expect(calls).toEqual([]);
  });
});

describe('an answer', () => {
  test.each([
    ['bytes', bytes],
    ['base64', 'iVBORw0KGgo='],
    ['a data URL', 'data:image/png;base64,iVBORw0KGgo='],
  ])('may be %s', async (_, image) => {
    const { provider } = studio({}, { images: [image] });
    const given = typeof image === 'string' ? Buffer.from('iVBORw0KGgo=', 'base64') : image;
    const answer = await provider.generate(imageRequest(), context());
    expect(answer).toEqual({ bytes: given, model: 'studio-1-0612' });
  });

  test('says once more what the model left out, but for ratio and seed', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const warnings = [
      { type: 'unsupported-setting', setting: 'seed' },
      { type: 'unsupported', feature: 'aspectRatio', details: 'Use size.' },
      { type: 'unsupported', feature: 'files', details: 'This model edits nothing.' },
      { type: 'other', message: 'It was a long day.' },
    ];
    const { provider } = studio({}, { warnings });
    const answer = await provider.generate(imageRequest({ references: [await reference()] }), context());
    const said = warned.mock.calls.map(([words]) => words);
    warned.mockRestore();
    expect(answer).toHaveProperty('bytes', bytes);
    expect(said).toEqual([
      'studio studio-1 did not take everything: files: This model edits nothing.',
      'studio studio-1 did not take everything: It was a long day.',
    ]);
  });
});

describe('a model that fails', () => {
  test.each([
    ['AI_LoadAPIKeyError', 'PROVIDER_AUTH', 'never'],
    ['AI_LoadSettingError', 'PROVIDER_BAD_REQUEST', 'never'],
    ['AI_NoSuchModelError', 'PROVIDER_MODEL_GONE', 'never'],
    ['AI_NoImageGeneratedError', 'PROVIDER_NO_IMAGE', 'never'],
    ['AI_InvalidResponseDataError', 'PROVIDER_BAD_RESPONSE', 'never'],
    ['AI_InvalidArgumentError', 'PROVIDER_BAD_REQUEST', 'never'],
    ['AI_DownloadError', 'PROVIDER_BAD_RESPONSE', 'never'],
    ['TypeError', 'PROVIDER_FAILED', 'never'],
  ])('with %s is %s', async (name, code, retry) => {
    const { provider } = studio({}, errorNamed(name, 'In its own words.'));
    const error = await failureOf(provider.generate(imageRequest(), context()));
    expect(error).toMatchObject({ code, retry });
    expect(error).not.toHaveProperty('cause');
    expect(error.what).toContain('“In its own words.”');
  });

  test('as the AI gateway does is told apart by its status', async () => {
    const { provider } = studio({}, errorNamed('GatewayRateLimitError', 'Slow down.', { statusCode: 429 }));
    expect(await failureOf(provider.generate(imageRequest(), context()))).toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
      retry: 'safely',
    });
  });

  test('says nothing of a secret of the environment', async () => {
    vi.stubEnv('STUDIO_API_TOKEN', 'open sesame 42');
    const { provider } = studio({}, new Error('GET /?t=open%20sesame%2042 with open sesame 42 failed'));
    const error = await failureOf(provider.generate(imageRequest(), context()));
    vi.unstubAllEnvs();
    expect(error.what).toBe('studio failed: “GET /?t=[key] with [key] failed”');
  });
});

describe('aiSdk() takes nothing but an image model', () => {
  const model = { specificationVersion: 'v3', provider: 'p', modelId: 'm', maxImagesPerCall: 1, doGenerate: () => {} };
  const { maxImagesPerCall: _, ...language } = model;
  test.each([
    [undefined, /takes an image model/],
    ['openai/gpt-image-1', /takes an image model/],
    [language, /takes an image model/],
    [{ ...model, doGenerate: undefined }, /takes an image model/],
    [{ ...model, specificationVersion: 'v1' }, /m is an image model of specification v1[\s\S]+AI SDK 5, 6 or 7/],
    [{ ...model, specificationVersion: undefined }, /specification undefined/],
  ])('%j', (value, words) => {
    const make = () => aiSdk(value as never);
    expect(make).toThrow(PromptImageError);
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(words) }));
  });
});
