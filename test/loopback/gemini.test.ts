import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ask, bodyOf, type Changes, errorOf, LITE, partsOf, validRequest } from './client.js';
import { apiError, startGemini, textOnly } from './gemini.js';
import { nominalSize, servedModels } from './models.js';

const solid = (format: 'png' | 'jpeg' | 'webp', width = 30, height = 20) =>
  sharp({ create: { width, height, channels: 3, background: '#369' } })
    .toFormat(format)
    .toBuffer();

async function inlineData(format: 'png' | 'jpeg' | 'webp', mimeType = `image/${format}`) {
  return { inline_data: { mime_type: mimeType, data: (await solid(format)).toString('base64') } };
}

test.each([...[...servedModels].flatMap(([model, { ratios }]) => ratios.map((ratio) => [model, ratio] as const))])(
  '%s paints %s at the nominal size',
  async (model, aspectRatio) => {
    await using gemini = await startGemini();
    const body = validRequest();
    body.generationConfig = { imageConfig: { aspectRatio, imageSize: '1K' } };
    const response = await ask(gemini, 'google', { model, body });
    expect(response.status).toBe(200);
    const [part] = (await partsOf(response)).filter(({ inlineData }) => inlineData);
    const bytes = Buffer.from(part!.inlineData!.data!, 'base64');
    const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height }).toEqual(nominalSize(aspectRatio));
  },
);

test('the default answer has everything that the real one has', async () => {
  await using gemini = await startGemini();
  const body = await bodyOf(await ask(gemini));
  expect(body).toMatchObject({
    modelVersion: LITE,
    responseId: expect.stringMatching(/^[\w-]{20}$/),
    usageMetadata: { candidatesTokenCount: 1120, totalTokenCount: expect.any(Number) },
    candidates: [{ finishReason: 'STOP', index: 0 }],
  });
  const [caption, image] = body.candidates![0]!.content.parts!;
  expect(caption).toEqual({ text: 'Here is the image you asked for: A quiet harbour' });
  expect(image).toEqual({
    inlineData: { mimeType: 'image/jpeg', data: expect.any(String) },
    thoughtSignature: expect.any(String),
  });
  const [request] = gemini.requests;
  expect(Buffer.from(image!.inlineData!.data!, 'base64')).toEqual(request!.picture!.bytes);
  expect(request!.picture).toMatchObject({ width: 1376, height: 768, mimeType: 'image/jpeg' });
  await expect(request!.finished).resolves.toBe('answered');
});

test('one request asked ten times brings ten different pictures', async () => {
  await using gemini = await startGemini();
  const bodies = await Promise.all(Array.from({ length: 10 }, async () => partsOf(await ask(gemini))));
  const pictures = new Set(bodies.map((parts) => parts.find(({ inlineData }) => inlineData)!.inlineData!.data));
  expect(pictures.size).toBe(10);
  expect(gemini.calls).toBe(10);
  expect(gemini.inFlight).toBe(0);
});

test('without a ratio the first reference gives the shape, turned upright', async () => {
  await using gemini = await startGemini();
  const sideways = await sharp(await solid('jpeg', 300, 100))
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const body = validRequest('Same, at night', [
    { inlineData: { mimeType: 'image/jpeg', data: sideways.toString('base64') } },
    await inlineData('webp'),
  ]);
  delete body.generationConfig.imageConfig;
  expect((await ask(gemini, 'google', { body })).status).toBe(200);
  const { picture, references, prompt } = gemini.requests[0]!;
  expect(picture!.width / picture!.height).toBeCloseTo(1 / 3, 2);
  expect(picture!.width * picture!.height).toBeGreaterThan(1_000_000);
  expect(prompt).toBe('Same, at night');
  expect(references.map(({ mimeType }) => mimeType)).toEqual(['image/jpeg', 'image/webp']);
  expect(references[0]!.bytes).toEqual(sideways);
});

test('snake_case and camelCase are both taken, IMAGE alone brings no caption', async () => {
  await using gemini = await startGemini();
  const { contents } = validRequest();
  const generation_config = {
    response_modalities: ['IMAGE'],
    image_config: { aspect_ratio: '1:1', image_size: '1K' },
    thinking_config: { thinking_level: 'minimal' },
  };
  const parts = await partsOf(await ask(gemini, 'google', { body: { contents, generation_config } }));
  expect(parts.map(Object.keys)).toEqual([['inlineData', 'thoughtSignature']]);
  expect(gemini.requests[0]!.ask).toMatchObject({ aspectRatio: '1:1', thinkingLevel: 'minimal', wantsText: false });
});

test('both services check their key where they look for it', async () => {
  await using google = await startGemini({ key: 'right' });
  await using gateway = await startGemini({ key: 'right+/=', flavour: 'anyfast' });
  const bad = await ask(google, 'google', { headers: { 'x-goog-api-key': 'wrong' } });
  expect(bad.status).toBe(400);
  expect(await errorOf(bad)).toMatchObject({
    code: 400,
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  });
  expect((await ask(google, 'anyfast')).status).toBe(400);
  expect((await ask(google, 'anyfast', { query: '' })).status).toBe(403);
  for (const query of ['key=wrong', 'key=right+/=', '']) {
    const refused = await ask(gateway, 'anyfast', { query });
    expect(refused.status, query).toBe(401);
    expect(await errorOf(refused)).toEqual({
      message: expect.any(String),
      type: expect.any(String),
      code: 'invalid_api_key',
    });
  }
  expect((await ask(gateway, 'anyfast', { headers: { 'x-goog-api-key': 'ignored' } })).status).toBe(200);
  expect([google.calls, gateway.calls]).toEqual([0, 1]);
  expect(google.requests).toHaveLength(3);
});

test('an unknown model is 404 at Google and a permanent 503 at the gateway', async () => {
  await using google = await startGemini();
  await using gateway = await startGemini({ flavour: 'anyfast' });
  const gone = await ask(google, 'google', { model: 'gemini-2.5-flash-image' });
  expect([gone.status, (await errorOf(gone)).status]).toEqual([404, 'NOT_FOUND']);
  const unserved = await ask(gateway, 'anyfast', { model: 'gemini-2.5-flash-image' });
  expect([unserved.status, (await errorOf(unserved)).code]).toEqual([503, 'model_not_found']);
});

const config = (generationConfig: Record<string, unknown>) => ({ body: { ...validRequest(), generationConfig } });
const imageConfig = (fields: object) => config({ imageConfig: fields });
const parts = (...list: unknown[]) => ({ body: { contents: [{ role: 'user', parts: list }] } });
const png = { mime_type: 'image/png', data: 'iVBORw0KGgo=' };

test.each<[string, Changes, number, string]>([
  ['another path', { path: '/v1/images/generations' }, 404, 'Invalid URL'],
  ['GET', { method: 'GET' }, 405, 'GET'],
  ['PUT', { method: 'PUT' }, 405, 'PUT'],
  ['no content type', { headers: { 'content-type': 'text/plain' } }, 400, 'text/plain'],
  ['no JSON', { body: '{"contents": [' }, 400, 'Invalid JSON payload received.'],
  ['a list', { body: '[]' }, 400, 'TYPE_MESSAGE'],
  ['no contents', { body: {} }, 400, 'contents is not specified'],
  ['an unknown field', { body: { ...validRequest(), size: 1 } }, 400, 'Unknown name "size": Cannot find field.'],
  ['__proto__', { body: '{"__proto__":{},"contents":[]}' }, 400, 'Unknown name "__proto__": Cannot find field.'],
  ['seed', config({ seed: 1 }), 400, `Unknown name "seed" at 'generation_config': Cannot find field.`],
  [
    'outputMimeType',
    imageConfig({ outputMimeType: 'image/png' }),
    400,
    `"outputMimeType" at 'generation_config.image_config'`,
  ],
  ['outputCompressionQuality', imageConfig({ outputCompressionQuality: 80 }), 400, '"outputCompressionQuality"'],
  ['personGeneration', imageConfig({ personGeneration: 'ALLOW_ALL' }), 400, '"personGeneration"'],
  ['candidateCount', config({ candidateCount: 1 }), 400, 'candidate_count'],
  ['twice the same field', imageConfig({ imageSize: '1K', image_size: '1K' }), 400, '"image_size"'],
  ['an unknown part', parts({ text: 'x' }, { image: 'x' }), 400, `"image" at 'contents[0].parts[1]'`],
  ['an unknown blob field', parts({ text: 'x' }, { inline_data: { ...png, name: 'x' } }), 400, 'parts[1].inline_data'],
  ['text and data', parts({ text: 'x', inline_data: png }), 400, 'oneof'],
  ['no text', parts({ inline_data: png }), 400, 'text'],
  ['blank text', parts({ text: '  ' }), 400, 'text'],
  ['a number as text', parts({ text: 7 }), 400, "'contents[0].parts[0].text' (TYPE_STRING), 7"],
  ['no parts', parts(), 400, 'must not be empty'],
  ['another role', { body: { contents: [{ role: 'system', parts: [{ text: 'x' }] }] } }, 400, 'valid role'],
  ['a ratio of another model', imageConfig({ aspectRatio: '1:8' }), 400, 'aspect_ratio'],
  ['a small k', imageConfig({ imageSize: '1k' }), 400, 'image_size'],
  ['2K', imageConfig({ imageSize: '2K' }), 400, 'image_size'],
  ['low thinking', config({ thinkingConfig: { thinkingLevel: 'low' } }), 400, 'thinking_level'],
  ['text alone', config({ responseModalities: ['TEXT'] }), 400, 'response modalities (TEXT)'],
  ['sound', config({ responseModalities: ['AUDIO'] }), 400, 'response_modalities'],
  [
    'a lie about the type',
    parts({ text: 'x' }, { inline_data: { ...png, mime_type: 'image/jpeg' } }),
    400,
    'are not image/jpeg',
  ],
  ['a GIF', parts({ text: 'x' }, { inline_data: { mime_type: 'image/gif', data: 'R0lGODlh' } }), 400, 'image/gif'],
  ['broken base64', parts({ text: 'x' }, { inline_data: { ...png, data: 'iVBORw0KGgo' } }), 400, 'Base64'],
  [
    'a data URL',
    parts({ text: 'x' }, { inline_data: { ...png, data: `data:image/png;base64,${png.data}` } }),
    400,
    'Base64',
  ],
  ['15 references', parts({ text: 'x' }, ...Array(15).fill({ inline_data: png })), 400, '15'],
  ['over 20 MB', parts({ text: 'x'.repeat(20 * 1024 * 1024) }), 413, '20971520'],
])('refuses %s', async (_, changes, status, message) => {
  await using google = await startGemini();
  await using gateway = await startGemini({ flavour: 'anyfast' });
  const [refused, alike] = await Promise.all([ask(google, 'google', changes), ask(gateway, 'anyfast', changes)]);
  expect([refused.status, alike.status]).toEqual([status, status]);
  const error = await errorOf(refused);
  expect(error.message).toContain(message);
  expect(error).toMatchObject({ code: status, ...(status === 400 ? { status: 'INVALID_ARGUMENT' } : {}) });
  expect(await errorOf(alike)).toMatchObject({ message: error.message, code: expect.any(String) });
  expect(google.requests[0]!.refusal).toBe(error.message);
  expect([google.calls, gateway.calls]).toEqual([0, 0]);
});

test('the prompt, then the queue, then the standing answer decide what comes', async () => {
  await using gemini = await startGemini();
  gemini.always(textOnly('standing'));
  gemini.script(textOnly('queued'));
  gemini.whenPrompt(/cat/g, apiError(500), textOnly('a cat'));
  const answered = async (prompt: string) => {
    const response = await ask(gemini, 'google', { body: validRequest(prompt) });
    return response.ok ? (await partsOf(response))[0]!.text : response.status;
  };
  const answers: unknown[] = [];
  for (const prompt of ['a cat', 'a dog', 'a cat', 'a dog', 'a cat']) answers.push(await answered(prompt));
  expect(answers).toEqual([500, 'queued', 'a cat', 'standing', 'a cat']);
  gemini.whenPrompt(/a cat/, textOnly('newer'));
  expect(await answered('a cat')).toBe('newer');
});
