import { describe, expect, test } from 'vitest';
import type { GeneratedPicture, HostedPicture } from '../../src/providers/provider.js';
import {
  type Answer,
  json,
  type PictureOptions,
  type PictureVia,
  picture,
  pictureVias,
  type RecordedRequest,
  textOnly,
} from '../loopback/gemini.js';
import { carried, context, failureAfter, flavours, hosted, imageRequest, LITE, SMALL, startProvider } from './calls.js';

const hostedVias: readonly PictureVia[] = pictureVias.filter((via) => /url|uri/i.test(via) && !/data URL/.test(via));
const inlineVias = pictureVias.filter((via) => !hostedVias.includes(via));

interface Received<T> {
  answer: T;
  request: RecordedRequest;
}

async function receiveAny(
  scripted: Answer,
  flavour: (typeof flavours)[number] = 'google',
): Promise<Received<GeneratedPicture | HostedPicture>> {
  await using started = await startProvider(flavour);
  started.gemini.script(scripted);
  const answer = await started.provider.generate(imageRequest({ aspectRatio: '16:9' }), context());
  return { answer, request: started.gemini.requests[0]! };
}

async function receive(scripted: Answer, flavour?: (typeof flavours)[number]) {
  const { answer, request } = await receiveAny(scripted, flavour);
  return { got: carried(answer), request };
}

const small = (options: PictureOptions = {}) => picture({ size: SMALL, ...options });

/** A picture in an answer of the test's own making. */
const bytes = Buffer.from('RIFF\0\0\0\0WEBPVP8 a picture by its first bytes');
const base64 = bytes.toString('base64');
const dataUrl = `data:image/webp;base64,${base64}`;
const parts = (...given: unknown[]) => json({ candidates: [{ content: { parts: given }, finishReason: 'STOP' }] });

test('there are ways of both kinds', () => {
  expect([inlineVias.length, hostedVias.length]).toEqual([6, 7]);
});

describe.each(flavours)('%s', (flavour) => {
  test.each(inlineVias)('the very bytes arrive by %s, and the caption without them', async (via) => {
    const { got, request } = await receive(small({ via }), flavour);
    expect(Buffer.from(got.bytes).equals(request.picture!.bytes)).toBe(true);
    const caption = via.startsWith('data[]') ? undefined : 'Here is the image you asked for: A quiet harbour';
    expect(got.caption).toBe(caption);
  });

  test.each(hostedVias)('of a hosted picture by %s the address arrives, and the caption without it', async (via) => {
    for (const options of [{}, { caption: false as const }, { url: 'https://cdn.invalid/a.png?sig=1' }]) {
      const { answer, request } = await receiveAny(small({ via, ...options }), flavour);
      const { url, caption, ...rest } = hosted(answer);
      expect(url).toBe(request.picture!.url);
      const spoken = options.caption !== false && via !== 'data[].url';
      expect(caption).toBe(spoken ? 'Here is the image you asked for: A quiet harbour' : undefined);
      const told = { model: LITE, responseId: expect.any(String), usage: expect.any(Object) };
      expect(rest).toEqual(via === 'data[].url' ? {} : told);
    }
  });
});

test.each<[string, Answer]>([
  ['a data URL in inlineData.url', parts({ inlineData: { url: dataUrl } })],
  ['a data URL in data[].url', json({ data: [{ url: dataUrl }] })],
  ['a data URL between words', parts({ text: `It is ${dataUrl} and nothing else` })],
  ['base64 in lines', parts({ inlineData: { data: base64.replace(/.{10}/g, '$&\r\n') } })],
  ['base64 for URLs', parts({ inlineData: { data: bytes.toString('base64url') } })],
  ['the other spelling, beside an empty one', parts({ inlineData: { data: '' }, inline_data: { data: base64 } })],
  ['the second part', parts({ inlineData: { data: '' } }, { inlineData: { data: base64 } })],
])('the bytes are found as %s', async (_, answer) => {
  expect(Buffer.from((await receive(answer)).got.bytes).equals(bytes)).toBe(true);
});

test.each<[string, Answer]>([
  ['nulls everywhere', parts({ text: null, thought: null, inlineData: { data: base64, url: null }, fileData: null })],
  ['a part that is null', parts(null, 'words', { inlineData: { data: base64 } })],
  [
    'other types of metadata',
    json({
      candidates: [{ content: { role: 1, parts: [{ inline_data: { data: base64 } }] }, finishReason: 1 }, null],
      ...{ promptFeedback: [], usageMetadata: 'none', modelVersion: 3.1, responseId: 17, data: {}, error: null },
    }),
  ],
  [
    'a reason beside the picture',
    json({ candidates: [{ content: { parts: [{ text: dataUrl }] }, finishReason: 'OTHER' }] }),
  ],
])('a picture is not lost to %s', async (_, answer) => {
  const { got } = await receive(answer);
  expect({ ...got, bytes: Buffer.from(got.bytes) }).toEqual({ bytes });
});

test.each<[string, Answer]>([
  ['status 201', () => ({ status: 201, body: JSON.stringify({ data: [{ b64_json: base64 }] }) })],
  ['a byte order mark', () => ({ status: 200, body: `\uFEFF${JSON.stringify({ data: [{ b64_json: base64 }] })}` })],
  [
    'spaces that keep the connection open',
    () => ({ status: 200, body: `\n \n${JSON.stringify({ data: [{ b64_json: base64 }] })}` }),
  ],
  ['no content type', () => ({ status: 200, headers: {}, body: JSON.stringify({ data: [{ b64_json: base64 }] }) })],
])('nor to %s', async (_, answer) => {
  expect(Buffer.from((await receive(answer)).got.bytes).equals(bytes)).toBe(true);
});

test.each(['inlineData', 'data URL in inlineData.data', 'markdown data URL', 'data[].b64_json'] as const)(
  'a picture of 24 MB arrives by %s',
  async (via) => {
    const large = Buffer.alloc(24_000_000, 'a picture by its first bytes');
    const { got } = await receive(picture({ via, bytes: large }));
    expect(large.equals(got.bytes)).toBe(true);
  },
);

test.each(['image/png', 'image/svg+xml', 'text/plain', 'nonsense'])(
  'a mime type of %s is not believed',
  async (declared) => {
    const { got, request } = await receive(small({ declared }));
    expect(Buffer.from(got.bytes).equals(request.picture!.bytes)).toBe(true);
    expect(Buffer.from(got.bytes.subarray(0, 3))).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  },
);

describe('thoughts', () => {
  test('are skipped', async () => {
    const { got, request } = await receive(small({ thoughts: 'before' }));
    expect(Buffer.from(got.bytes).equals(request.picture!.bytes)).toBe(true);
    expect(got.caption).toBe('Here is the image you asked for: A quiet harbour');
  });

  test('are skipped where they come last', async () => {
    const thought = Buffer.from('a picture that the model gave up').toString('base64');
    const { got } = await receive(
      parts({ inlineData: { data: base64 } }, { thought: true, inlineData: { data: thought } }),
    );
    expect(Buffer.from(got.bytes).equals(bytes)).toBe(true);
  });

  test('give the picture where there is no other: the last of them', async () => {
    const { got, request } = await receive(small({ thoughts: 'only', caption: false }));
    expect(Buffer.from(got.bytes).equals(request.picture!.bytes)).toBe(true);
    expect(got).not.toHaveProperty('caption');
    const first = Buffer.from('a picture that was the first').toString('base64');
    const last = await receive(
      parts({ thought: true, inlineData: { data: first } }, { thought: true, inlineData: { data: base64 } }),
    );
    expect(Buffer.from(last.got.bytes).equals(bytes)).toBe(true);
  });
});

test.each([
  ['  A quiet harbour.\n\n', 'A quiet harbour.'],
  ['Zwei Boote 🚢, „still“', 'Zwei Boote 🚢, „still“'],
  ['Done. ![image](https://cdn.invalid/a.png)', 'Done.'],
  ['![](https://cdn.invalid/a.png) [larger](https://cdn.invalid/b.png)', undefined],
  [' \n\t ', undefined],
  ['A [harbour] (quiet) at [dawn', 'A [harbour] (quiet) at [dawn'],
])('of %j the caption is %j', async (words, caption) => {
  const { got } = await receive(small({ caption: words }));
  expect(got.caption).toBe(caption);
  expect('caption' in got).toBe(caption !== undefined);
});

test('the words of several parts are one caption', async () => {
  const { got } = await receive(
    parts(
      { text: ' A quiet ' },
      { text: '(thinking)', thought: true },
      { inlineData: { data: base64 } },
      { text: 'harbour.' },
    ),
  );
  expect(got.caption).toBe('A quiet harbour.');
});

test('what the service tells beside the picture is passed on', async () => {
  const { got } = await receive(small());
  expect(got).toEqual({
    bytes: expect.any(Uint8Array),
    caption: expect.any(String),
    model: LITE,
    responseId: expect.stringMatching(/^[\w-]{20}$/),
    usage: {
      promptTokenCount: 12,
      candidatesTokenCount: 1120,
      totalTokenCount: 1132,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
    },
  });
  expect(Object.keys((await receive(parts({ inlineData: { data: base64 } }))).got)).toEqual(['bytes']);
});

test.each([
  'I cannot draw that. See https://policies.invalid/images for why.',
  'I cannot copy https://brand.invalid/logo.png, which belongs to somebody.',
  'That is not allowed.\n\nhttps://policies.invalid/use',
  'Read [the rules](https://policies.invalid/use.png).',
  'httpster.png is no address',
])('words that mention an address are no hosted picture: %j', async (words) => {
  const error = await failureAfter(textOnly(words));
  expect(error.code).toBe('PROVIDER_NO_IMAGE');
  expect(error.what).toContain(words.replace(/\n+/, ' '));
});

test.each([
  'https://cdn.invalid/a',
  ' https://cdn.invalid/a.png\n',
  'Here it is:\nhttps://cdn.invalid/a.webp?sig=a/b&x=1',
  'Here it is: ![](https://cdn.invalid/a)',
])('an address that is the answer is one: %j', async (words) => {
  const { url, caption } = hosted((await receiveAny(textOnly(words))).answer);
  expect(words).toContain(url);
  expect(url).toMatch(/^https:\/\/cdn\.invalid\/a[^\s()]*$/);
  expect(caption).toBe(words.includes('Here it is:') ? 'Here it is:' : undefined);
});

/** A part for each way of naming a picture, worse and worse, and what it names. */
const ways: [name: string, part: Record<string, unknown>, found: string][] = [
  ['base64 in inlineData', { inlineData: { data: base64 } }, 'bytes'],
  ['a data URL in inlineData', { inlineData: { data: dataUrl } }, 'bytes'],
  ['a URL in inlineData.data', { inlineData: { data: 'https://cdn.invalid/data' } }, 'https://cdn.invalid/data'],
  ['inline_data.url', { inline_data: { url: 'https://cdn.invalid/inline' } }, 'https://cdn.invalid/inline'],
  ['file_data.file_uri', { file_data: { file_uri: 'https://cdn.invalid/file' } }, 'https://cdn.invalid/file'],
  ['a data URL in words', { text: `Look: ${dataUrl}` }, 'bytes'],
  ['a markdown image', { text: 'Look: ![](https://cdn.invalid/words)' }, 'https://cdn.invalid/words'],
];

test.each(ways)('%s goes before what is worse, wherever it stands', async (name, part, found) => {
  const from = ways.findIndex((way) => way[0] === name);
  const worse = ways.slice(from + 1).map(([, each]) => each);
  const data = [{ url: 'https://cdn.invalid/other' }];
  for (const given of [
    [part, ...worse],
    [...worse, part],
  ]) {
    const { answer } = await receiveAny(json({ candidates: [{ content: { parts: given } }], data }));
    if ('url' in answer) expect(answer.url).toBe(found);
    else expect([found, bytes.equals(answer.bytes)]).toEqual(['bytes', true]);
  }
});

test('the address of a thought counts where there is no other', async () => {
  const thought = { thought: true, fileData: { fileUri: 'https://cdn.invalid/thought' } };
  expect(hosted((await receiveAny(parts(thought))).answer).url).toBe('https://cdn.invalid/thought');
  expect(bytes.equals((await receive(parts(thought, { text: dataUrl }))).got.bytes)).toBe(true);
});

test.each(['gs://bucket/a.png', 'files/abc', 'https://', 'https://a b', 'javascript:alert(1)', '//cdn.invalid/a'])(
  '%j is no address of a picture',
  async (uri) => {
    const given = parts({ fileData: { fileUri: uri }, inlineData: { url: uri } }, { text: uri });
    expect((await failureAfter(given)).code).toBe('PROVIDER_NO_IMAGE');
  },
);

test.each([
  ['It is at https://cdn.invalid/a.png?sig=x, for now.', 'It is at  for now.'],
  ['![](https://cdn.invalid/a.png)\nA harbour. HTTPS://cdn.invalid/b', 'A harbour.'],
])('a caption holds no address, also of another picture: %j', async (text, caption) => {
  expect((await receive(parts({ inlineData: { data: base64 } }, { text }))).got.caption).toBe(caption);
});
