import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ask, bodyOf, errorOf, type ResponseBody, validRequest } from './client.js';
import {
  apiError,
  blocked,
  bomb,
  emptyCandidates,
  type Flavour,
  finishReason,
  json,
  nullCandidates,
  type PictureVia,
  picture,
  pictureVias,
  startGemini,
  textOnly,
} from './gemini.js';

async function answerOf(
  ...answers: Parameters<Awaited<ReturnType<typeof startGemini>>['script']>
): Promise<ResponseBody> {
  await using gemini = await startGemini();
  gemini.script(...answers);
  return bodyOf(await ask(gemini));
}

/** Digs the picture out of an answer in the way under test, the long way round. */
const dig: Record<PictureVia, (body: ResponseBody) => unknown> = {
  inlineData: (body) => lastPart(body).inlineData?.data,
  inline_data: (body) => (lastPart(body).inline_data as { data: string; mime_type: string }).data,
  'data URL in inlineData.data': (body) => lastPart(body).inlineData?.data,
  'URL in inlineData.data': (body) => lastPart(body).inlineData?.data,
  'inlineData.url': (body) => lastPart(body).inlineData?.url,
  'fileData.fileUri': (body) => (lastPart(body).fileData as { fileUri: string }).fileUri,
  'file_data.file_uri': (body) => (lastPart(body).file_data as { file_uri: string }).file_uri,
  'markdown URL': (body) => /^!\[image\]\((.+)\)$/.exec(lastPart(body).text!)?.[1],
  'markdown data URL': (body) => /^!\[image\]\((.+)\)$/.exec(lastPart(body).text!)?.[1],
  'text URL': (body) => lastPart(body).text,
  'text data URL': (body) => lastPart(body).text,
  'data[].url': (body) => body.data?.[0]?.url,
  'data[].b64_json': (body) => body.data?.[0]?.b64_json,
};

function lastPart(body: ResponseBody) {
  return body.candidates![0]!.content.parts!.at(-1)!;
}

test.each(pictureVias)('a picture by way of %s', async (via) => {
  await using gemini = await startGemini();
  gemini.always(picture({ via }));
  const found = dig[via](await bodyOf(await ask(gemini))) as string;
  const sent = gemini.requests[0]!.picture!;
  const hosted = via.includes('URL') || /url|uri/i.test(via) ? !via.includes('data URL') : false;
  expect(found.startsWith(gemini.url)).toBe(hosted);
  expect(sent.url).toBe(hosted ? found : undefined);
  const bytes = hosted
    ? Buffer.from(await (await fetch(found)).arrayBuffer())
    : Buffer.from(found.replace('data:image/jpeg;base64,', ''), 'base64');
  expect(bytes).toEqual(sent.bytes);
  expect((await sharp(bytes).stats()).isOpaque).toBe(true);
  expect(gemini.requests).toHaveLength(hosted ? 2 : 1);
  expect(gemini.calls).toBe(1);
});

test('a picture at an address of the test’s own', async () => {
  const body = await answerOf(picture({ via: 'fileData.fileUri', url: 'https://cdn.example/x.png' }));
  expect(dig['fileData.fileUri'](body)).toBe('https://cdn.example/x.png');
});

test.each(['jpeg', 'png', 'webp', 'avif'] as const)('a %s that is declared as something else', async (format) => {
  const { inlineData } = lastPart(await answerOf(picture({ format, declared: 'image/x-lie' })));
  expect(inlineData!.mimeType).toBe('image/x-lie');
  const metadata = await sharp(Buffer.from(inlineData!.data!, 'base64')).metadata();
  expect(metadata.format === 'heif' ? metadata.compression === 'av1' && 'avif' : metadata.format).toBe(format);
});

test.each([
  [{ ratio: '1:1' }, 1024, 1024],
  [{ size: { width: 33, height: 21 } }, 33, 21],
])('another shape than was asked for: %o', async (options, width, height) => {
  const { inlineData } = lastPart(await answerOf(picture(options)));
  expect(await sharp(Buffer.from(inlineData!.data!, 'base64')).metadata()).toMatchObject({ width, height });
});

test('given bytes are sent as they are, pictures or not', async () => {
  const body = await answerOf(picture({ bytes: Buffer.from('not a picture') }));
  expect(lastPart(body).inlineData).toEqual({ mimeType: 'image/jpeg', data: 'bm90IGEgcGljdHVyZQ==' });
  const png = await sharp({ create: { width: 3, height: 2, channels: 4, background: '#0000' } })
    .png()
    .toBuffer();
  expect(lastPart(await answerOf(picture({ bytes: png }))).inlineData!.mimeType).toBe('image/png');
});

test('captions are chosen or left out', async () => {
  const captioned = await answerOf(picture({ caption: 'Boats at dawn' }));
  expect(captioned.candidates![0]!.content.parts![0]).toEqual({ text: 'Boats at dawn' });
  expect((await answerOf(picture({ caption: false }))).candidates![0]!.content.parts).toHaveLength(1);
});

test('thoughts before the picture are other text and another picture', async () => {
  const [words, draft, caption, image] = (await answerOf(picture({ thoughts: 'before' }))).candidates![0]!.content
    .parts!;
  expect(words).toEqual({ text: expect.any(String), thought: true });
  expect(draft).toMatchObject({ thought: true, inlineData: { mimeType: 'image/jpeg' } });
  expect(caption!.thought).toBeUndefined();
  expect(image!.thought).toBeUndefined();
  expect(image!.inlineData!.data).not.toBe(draft!.inlineData!.data);
});

test('the only picture may be a thought', async () => {
  const parts = (await answerOf(picture({ thoughts: 'only' }))).candidates![0]!.content.parts!;
  expect(parts.filter(({ inlineData }) => inlineData).map(({ thought }) => thought)).toEqual([true]);
});

test('answers without a picture', async () => {
  const stop = { content: { parts: [{ text: 'I cannot.' }] }, finishReason: 'STOP' };
  expect((await answerOf(textOnly('I cannot.'))).candidates).toMatchObject([stop]);
  expect((await answerOf(finishReason('IMAGE_SAFETY', { message: 'Unsafe.' }))).candidates).toEqual([
    { content: {}, finishReason: 'IMAGE_SAFETY', finishMessage: 'Unsafe.', index: 0 },
  ]);
  const unknown = await answerOf(finishReason('NEVER_HEARD_OF', { text: 'Sorry.' }));
  expect(unknown.candidates).toMatchObject([
    { content: { parts: [{ text: 'Sorry.' }] }, finishReason: 'NEVER_HEARD_OF' },
  ]);
  const refused = await answerOf(blocked('PROHIBITED_CONTENT', 'No.'));
  expect(refused.promptFeedback).toEqual({ blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'No.' });
  expect(refused.candidates).toBeUndefined();
  expect((await answerOf(emptyCandidates())).candidates).toEqual([]);
  expect((await answerOf(nullCandidates())).candidates).toBeNull();
  expect(await answerOf(json({ any: 'thing' }))).toEqual({ any: 'thing' });
});

async function failureOf(flavour: Flavour, ...args: Parameters<typeof apiError>) {
  await using gemini = await startGemini({ flavour });
  gemini.script(apiError(...args));
  const response = await ask(gemini, flavour);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), error: await errorOf(response) };
}

test.each([
  [403, 'PERMISSION_DENIED', 'insufficient_user_quota'],
  [429, 'RESOURCE_EXHAUSTED', 'rate_limit_exceeded'],
  [500, 'INTERNAL', 'bad_response_status_code'],
  [503, 'UNAVAILABLE', 'bad_response_status_code'],
  [504, 'DEADLINE_EXCEEDED', 'bad_response_status_code'],
])('%i in the words of both services', async (code, status, gatewayCode) => {
  const google = await failureOf('google', code, { message: 'No.' });
  expect(google).toEqual({ status: code, retryAfter: null, error: { code, message: 'No.', status } });
  const gateway = await failureOf('anyfast', code, { message: 'No.' });
  expect(gateway.error).toEqual({ message: 'No.', type: 'new_api_error', code: gatewayCode });
  const crossed = await failureOf('anyfast', code, { shape: 'google', status: 'ODD' });
  expect(crossed.error).toMatchObject({ code, status: 'ODD' });
});

test('all the ways to say when to try again', async () => {
  const options = { retryDelay: '18.5s', retryIn: '22.23s', perDay: true, retryAfter: '7', message: 'Slow down.' };
  const { error, retryAfter } = await failureOf('google', 429, options);
  expect(retryAfter).toBe('7');
  expect(error.message).toBe('Slow down.\nPlease retry in 22.23s.');
  expect(error.details).toEqual([
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [expect.objectContaining({ quotaId: expect.stringContaining('PerDay') })],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '18.5s' },
  ]);
  const gateway = await failureOf('anyfast', 503, { code: 'model_not_found', type: 'odd', retryAfter: '9' });
  expect(gateway).toMatchObject({ retryAfter: '9', error: { code: 'model_not_found', type: 'odd' } });
});

test('2K is twice the nominal size where the model has it', async () => {
  await using gemini = await startGemini();
  const body = validRequest();
  body.generationConfig = { imageConfig: { aspectRatio: '1:1', imageSize: '2K' } };
  await ask(gemini, 'google', { body, model: 'gemini-3.1-flash-image' });
  expect(gemini.requests[0]!.picture).toMatchObject({ width: 2048, height: 2048 });
});

test('a bomb is a small file with 900 million pixels', async () => {
  await using gemini = await startGemini();
  gemini.script(bomb());
  await ask(gemini);
  const { bytes, ...told } = gemini.requests[0]!.picture!;
  expect(told).toEqual({ mimeType: 'image/png', width: 30_000, height: 30_000 });
  expect(bytes.length).toBeLessThan(200_000);
  const shrunk = sharp(bytes, { limitInputPixels: false }).extract({ left: 0, top: 0, width: 9, height: 9 });
  expect([...new Set(await shrunk.raw().toBuffer())], 'it decodes').toEqual([0]);
});
