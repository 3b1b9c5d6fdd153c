import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImageRequest } from '../../src/providers/provider.js';
import { picture } from '../loopback/gemini.js';
import { context, createProvider, failureOf, flavours, imageRequest, LITE, SMALL, startProvider } from './calls.js';

const PATH = `/v1beta/models/${LITE}:generateContent`;
/** As the API documents it: 20 MB for the whole request. */
const LIMIT = 20 * 1024 * 1024;

async function reference(format: 'png' | 'jpeg' | 'webp'): Promise<ImageRequest['references'][number]> {
  const solid = sharp({ create: { width: 40, height: 30, channels: 3, background: '#369' } });
  return { bytes: await solid.toFormat(format).toBuffer(), mimeType: `image/${format}` };
}

/** A JPEG by its first bytes, which is all that the service looks at. */
function jpegOf(size: number): ImageRequest['references'][number] {
  const bytes = Buffer.alloc(size);
  bytes.set([0xff, 0xd8, 0xff]);
  return { bytes, mimeType: 'image/jpeg' };
}

describe.each(flavours)('%s', (flavour) => {
  async function sent(fields: Partial<ImageRequest> = {}) {
    await using started = await startProvider(flavour);
    started.gemini.always(picture({ size: SMALL }));
    await started.provider.generate(imageRequest(fields), context());
    const [request = expect.fail('nothing was sent'), ...others] = started.gemini.requests;
    expect(others).toEqual([]);
    return { request, key: started.gemini.key };
  }

  test('a plain request is this, and no more', async () => {
    const { request } = await sent();
    expect([request.method, request.path]).toEqual(['POST', PATH]);
    expect(request.raw.toString()).toBe(
      JSON.stringify({
        contents: [{ role: 'user', parts: [{ text: 'A quiet harbour' }] }],
        generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { imageSize: '1K' } },
      }),
    );
    expect(request.headers['content-type']).toBe('application/json');
  });

  test('a full request has every field, the text first, the references in order', async () => {
    const references = [await reference('webp'), await reference('jpeg'), await reference('png')];
    const { request } = await sent({
      prompt: 'Ein Hafen, „still“ \u{1f6a2}',
      aspectRatio: '21:9',
      thinking: 'minimal',
      take: 'night',
      references,
    });
    expect(request.body).toEqual({
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Ein Hafen, „still“ \u{1f6a2}' },
            ...references.map(({ bytes, mimeType }) => ({
              inline_data: { mime_type: mimeType, data: Buffer.from(bytes).toString('base64') },
            })),
          ],
        },
      ],
      generationConfig: {
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '21:9', imageSize: '1K' },
        thinkingConfig: { thinkingLevel: 'minimal' },
      },
    });
    expect(request.references).toEqual(references);
  });

  test('the key is in its own place alone', async () => {
    const { request, key } = await sent();
    const [query, header] = flavour === 'anyfast' ? [`?key=${encodeURIComponent(key)}`, undefined] : ['', key];
    expect(request.url).toBe(`${PATH}${query}`);
    expect(request.headers['x-goog-api-key']).toBe(header);
    const { 'x-goog-api-key': _, ...others } = request.headers;
    expect(JSON.stringify([others, request.body])).not.toContain(key);
  });

  test.each(['', '/', '///'])('a base URL may end with "%s"', async (end) => {
    await using started = await startProvider(flavour);
    const { gemini } = started;
    gemini.always(picture({ size: SMALL }));
    const provider = createProvider[flavour]({ apiKey: gemini.key, baseUrl: `${gemini.url}${end}` });
    await provider.generate(imageRequest(), context());
    expect(gemini.requests.map(({ path }) => path)).toEqual([PATH]);
  });

  test.each(['/gateway/gemini', '/gateway/gemini/'])('a base URL may have a path: %s', async (path) => {
    await using started = await startProvider(flavour);
    const { gemini } = started;
    const provider = createProvider[flavour]({ apiKey: gemini.key, baseUrl: ` ${gemini.url}${path} ` });
    await failureOf(provider.generate(imageRequest(), context()));
    expect(gemini.requests.map((request) => request.path)).toEqual([`/gateway/gemini${PATH}`]);
  });

  test.each([
    '',
    'www.anyfast.ai',
    'ftp://www.anyfast.ai',
    'file:///etc/passwd',
    'https://',
    'https://user:sk-hidden@www.anyfast.ai',
    'https://sk-hidden@www.anyfast.ai',
    'https://www.anyfast.ai?key=sk-hidden',
    'www.anyfast.ai/?key=sk-hidden',
    'https://www.anyfast.ai/#sk-hidden',
    'https://www.anyfast.ai/?',
  ])('the base URL "%s" is refused where it is set', (baseUrl) => {
    expect(() => createProvider[flavour]({ baseUrl })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^baseUrl (?!.*hidden).*\nFor example https:/),
      }),
    );
  });

  test('the name of a model cannot lead elsewhere', async () => {
    await using started = await startProvider(flavour);
    const { gemini, provider } = started;
    const model = '../../a b?c=d&key=e#f%2fü:g';
    await failureOf(provider.generate(imageRequest({ model }), context()));
    const [request = expect.fail()] = gemini.requests;
    expect(request.path).toBe(`/v1beta/models/${encodeURIComponent(model)}:generateContent`);
    expect([...request.query]).toEqual(flavour === 'anyfast' ? [['key', gemini.key]] : []);
  });

  test('a request of nearly 20 MB is sent, and one above is not', async () => {
    await using started = await startProvider(flavour);
    const { gemini, provider } = started;
    gemini.always(picture({ size: SMALL }));
    const room = Math.floor(((LIMIT - 400) * 3) / 4);
    await provider.generate(imageRequest({ aspectRatio: '1:1', references: [jpegOf(room)] }), context());
    expect(gemini.requests[0]!.raw.length).toBeGreaterThan(LIMIT - 400);
    for (const fields of [
      { references: [jpegOf(room + 400)] },
      { references: [jpegOf(room / 2), jpegOf(room / 2 + 400)] },
      // Three bytes for each of these characters.
      { prompt: '界'.repeat(LIMIT / 3) },
    ]) {
      const error = await failureOf(provider.generate(imageRequest(fields), context()));
      expect(error).toMatchObject({
        code: 'PROVIDER_BAD_REQUEST',
        retry: 'never',
        what: 'the request has 21 MB; 20 MB is the most',
        next: expect.stringContaining('smaller pictures'),
      });
    }
    expect(gemini.requests).toHaveLength(1);
  });
});
