import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { aiSdk } from '../../src/providers/ai-sdk/ai-sdk.js';
import { draft } from '../../src/providers/draft/draft.js';
import { defineProvider, isKeyed, type Provider } from '../../src/providers/provider.js';
import { delayed, type Gemini, never, picture } from '../loopback/gemini.js';
import { nominalSize } from '../loopback/models.js';
import { carried, context, imageRequest, LITE, startProvider } from './calls.js';

interface Adapter {
  provider: Provider;
  /** The service it calls; absent for a local painter. */
  gemini?: Gemini;
  [Symbol.asyncDispose]: () => Promise<void>;
}

const local = (provider: Provider): Adapter => ({ provider, [Symbol.asyncDispose]: async () => {} });

const painter = defineProvider({
  name: 'painter',
  models: [LITE],
  free: true,
  sourceType: 'algorithmicMedia',
  generate: async ({ aspectRatio = '1:1' }, { raster }) => {
    const size = nominalSize(aspectRatio);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><circle r="99"/></svg>`;
    return { bytes: await raster(svg, size), caption: 'A quarter of a disc' };
  },
});

/** A provider of somebody's own that calls a service. */
async function remotePainter(): Promise<Adapter> {
  const { gemini, provider, ...rest } = await startProvider('anyfast');
  return {
    ...rest,
    gemini,
    provider: defineProvider({ name: 'remote', generate: (request, given) => provider.generate(request, given) }),
  };
}

/** A model of the AI SDK that takes ratios, which OpenAI's do not. */
async function sdkModel(): Promise<Adapter> {
  const { gemini, provider, ...rest } = await startProvider('google');
  return {
    ...rest,
    gemini,
    provider: aiSdk({
      specificationVersion: 'v3',
      provider: 'gemini',
      modelId: LITE,
      maxImagesPerCall: 1,
      doGenerate: async ({ prompt, aspectRatio, abortSignal }) => {
        const fields = { prompt, ...(aspectRatio === undefined ? {} : { aspectRatio }) };
        const answer = await provider.generate(imageRequest(fields), context(abortSignal));
        const images = 'bytes' in answer ? [answer.bytes] : [];
        return { images, warnings: [], response: { modelId: LITE, headers: undefined } };
      },
    }),
  };
}

interface Traits {
  calls?: boolean;
  models?: string[];
  /** Whether it takes `thinking`. */
  thinks?: boolean;
}

const adapters: [name: string, start: () => Promise<Adapter>, traits: Traits][] = [
  ['google', () => startProvider('google'), { calls: true }],
  ['anyfast', () => startProvider('anyfast'), { calls: true }],
  ['draft', async () => local(draft()), {}],
  ['painter', async () => local(painter), { models: [LITE] }],
  ['remote', remotePainter, { calls: true }],
  ['ai-sdk:gemini', sdkModel, { calls: true, models: [LITE], thinks: false }],
];

describe.each(adapters)('%s', (name, start, { calls = false, models, thinks = true }) => {
  test('says who it is, which models it has, and whether it costs', async () => {
    await using adapter = await start();
    const { provider, gemini } = adapter;
    expect(provider.name).toBe(name);
    expect(provider.models).toEqual(models);
    expect(Boolean(provider.free)).toBe(!calls);
    expect(gemini !== undefined).toBe(calls);
    expect(isKeyed(provider)).toBe(name === 'google' || name === 'anyfast');
  });

  test.each(['16:9', '9:16', '1:1', undefined])('gives a picture that decodes, asked for %s', async (aspectRatio) => {
    await using adapter = await start();
    const shape = aspectRatio === undefined ? {} : { aspectRatio };
    const { bytes } = carried(await adapter.provider.generate(imageRequest(shape), context()));
    expect(bytes).toBeInstanceOf(Uint8Array);
    const { info } = await sharp(Buffer.from(bytes)).raw().toBuffer({ resolveWithObject: true });
    const { width, height } = nominalSize(aspectRatio);
    expect(info.width / info.height / (width / height)).toBeCloseTo(1, 1.5);
    expect(info.width * info.height).toBeGreaterThan(900_000);
  });

  test('changes nothing of the request', async () => {
    await using adapter = await start();
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#369' } })
      .png()
      .toBuffer();
    const request = imageRequest({
      aspectRatio: '4:3',
      ...(thinks ? { thinking: 'high' } : {}),
      take: 'night',
      references: Object.freeze([Object.freeze({ bytes, mimeType: 'image/png' as const })]),
    });
    const before = structuredClone(request);
    await adapter.provider.generate(Object.freeze(request), context());
    expect(structuredClone(request)).toEqual(before);
  });

  test('two calls at once do not know of each other', async () => {
    await using adapter = await start();
    const generate = async (...asked: Parameters<Provider['generate']>) =>
      carried(await adapter.provider.generate(...asked));
    const [wide, tall] = await Promise.all([
      generate(imageRequest({ prompt: 'A wide harbour', aspectRatio: '16:9' }), context()),
      generate(imageRequest({ prompt: 'A tall harbour', aspectRatio: '9:16' }), context()),
    ]);
    const kept = Buffer.from(tall.bytes);
    wide.bytes.fill(0);
    expect(kept.equals(tall.bytes)).toBe(true);
    const { width = 0, height = 0 } = await sharp(kept).metadata();
    expect(width).toBeLessThan(height);
  });
});

describe.each(adapters.filter(([, , { calls }]) => calls))('%s obeys its signal', (_, start) => {
  test('a call under way ends at once, with the reason, and cuts the connection', async () => {
    await using adapter = await start();
    const { provider, gemini = expect.fail() } = adapter;
    gemini.script(never());
    const controller = new AbortController();
    const asked = provider.generate(imageRequest(), context(controller.signal));
    const request = await gemini.called(1);
    const reason = new Error('Enough');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(request.finished).resolves.toBe('abandoned');
  });

  test('a call with a signal that is over asks nobody', async () => {
    await using adapter = await start();
    const { provider, gemini = expect.fail() } = adapter;
    await expect(provider.generate(imageRequest(), context(AbortSignal.abort()))).rejects.toThrow(/aborted/);
    await provider.generate(imageRequest({ prompt: 'The next' }), context());
    expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['The next']);
  });

  test('the end of one call is not the end of another', async () => {
    await using adapter = await start();
    const { provider, gemini = expect.fail() } = adapter;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    gemini.always(delayed(gate, picture()));
    const controller = new AbortController();
    const ended = provider.generate(imageRequest(), context(controller.signal));
    const going = provider.generate(imageRequest(), context());
    await gemini.called(2);
    controller.abort();
    await expect(ended).rejects.toThrow(/aborted/);
    open();
    await expect(going).resolves.toHaveProperty('bytes');
  });
});
