import { GoogleGenAI, Modality, ThinkingLevel } from '@google/genai';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImageRequest } from '../../src/providers/provider.js';
import { apiError, type Gemini, picture, type RecordedRequest, startGemini } from '../loopback/gemini.js';
import { carried, context, createProvider, imageRequest, LITE, SMALL } from './calls.js';

/** The same request by Google's own SDK, as its documentation writes it. */
async function askBySdk(gemini: Gemini, { prompt, aspectRatio, imageSize, thinking, references }: ImageRequest) {
  const sdk = new GoogleGenAI({ apiKey: gemini.key, httpOptions: { baseUrl: gemini.url } });
  return sdk.models.generateContent({
    model: LITE,
    contents: [
      {
        role: 'user',
        parts: [
          { text: prompt },
          ...references.map(({ bytes, mimeType }) => ({
            inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') },
          })),
        ],
      },
    ],
    config: {
      responseModalities: [Modality.TEXT, Modality.IMAGE],
      imageConfig: { ...(aspectRatio === undefined ? {} : { aspectRatio }), imageSize },
      ...(thinking === undefined
        ? {}
        : {
            thinkingConfig: { thinkingLevel: { minimal: ThinkingLevel.MINIMAL, high: ThinkingLevel.HIGH }[thinking] },
          }),
    },
  });
}

/** A body with its fields in camelCase and its enums in lower case: the service knows both of each. */
function normalised(value: unknown, field = ''): unknown {
  if (field === 'thinkingLevel') return String(value).toLowerCase();
  if (Array.isArray(value)) return value.map((item) => normalised(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => {
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return [camel, normalised(each, camel)];
  });
  return Object.fromEntries(fields);
}

async function reference(format: 'png' | 'jpeg' | 'webp'): Promise<ImageRequest['references'][number]> {
  const solid = sharp({ create: { width: 40, height: 30, channels: 3, background: '#369' } });
  return { bytes: await solid.toFormat(format).toBuffer(), mimeType: `image/${format}` };
}

const withReferences = async () => ({ references: [await reference('webp'), await reference('jpeg')] });

describe.each<[string, () => Partial<ImageRequest> | Promise<Partial<ImageRequest>>]>([
  ['a prompt alone', () => ({})],
  ['a ratio', () => ({ aspectRatio: '21:9' })],
  ['little thinking', () => ({ aspectRatio: '4:5', thinking: 'minimal' })],
  ['much thinking', () => ({ thinking: 'high' })],
  ['an edit', withReferences],
  ['everything', async () => ({ ...(await withReferences()), aspectRatio: '16:9', thinking: 'high' })],
])('%s', (_, fields) => {
  test('is asked for in the same words as by Google’s SDK', async () => {
    await using gemini = await startGemini();
    gemini.always(picture({ size: SMALL }));
    const request = imageRequest({ prompt: 'Ein Hafen, „still“ \u{1f6a2}', ...(await fields()) });
    await createProvider.google({ apiKey: gemini.key, baseUrl: gemini.url }).generate(request, context());
    await askBySdk(gemini, request);
    const [ours = expect.fail(), theirs = expect.fail()] = gemini.requests;
    expect(gemini.calls, 'both are accepted').toBe(2);
    expect(normalised(ours.body)).toEqual(normalised(theirs.body));
    const place = ({ method, url, headers }: RecordedRequest) => [method, url, headers['x-goog-api-key']];
    expect(place(ours)).toEqual(place(theirs));
  });
});

test('Google’s SDK takes the same picture and words out of an answer', async () => {
  await using gemini = await startGemini();
  const answer = await askBySdk(gemini, imageRequest({ aspectRatio: '16:9' }));
  const [caption, image] = answer.candidates?.[0]?.content?.parts ?? [];
  const { bytes } = gemini.requests[0]!.picture!;
  expect(Buffer.from(image?.inlineData?.data ?? '', 'base64').equals(bytes)).toBe(true);
  gemini.always(picture({ bytes }));
  const ours = await createProvider
    .google({ apiKey: gemini.key, baseUrl: gemini.url })
    .generate(imageRequest({ aspectRatio: '16:9' }), context());
  expect(bytes.equals(carried(ours).bytes)).toBe(true);
  expect(ours.caption).toBe(caption?.text);
  expect([ours.model, ours.usage]).toEqual([answer.modelVersion, answer.usageMetadata]);
});

test('Google’s SDK reads the errors of the loopback service as its own', async () => {
  await using gemini = await startGemini();
  gemini.script(apiError(400, { message: 'No such harbour.' }));
  await expect(askBySdk(gemini, imageRequest())).rejects.toMatchObject({
    name: 'ApiError',
    status: 400,
    message: expect.stringContaining('No such harbour.'),
  });
});
