import sharp from 'sharp';
import { expect, test } from 'vitest';
import { apiError, picture, pictureVias } from '../loopback/gemini.js';
import { rollup } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const size = { width: 64, height: 64 };

test('pictures are bought in whatever shape they are answered, and links are fetched without the key', async () => {
  await using gemini = await startSmallGemini();
  const images: Record<string, string> = {};
  for (const [index, via] of pictureVias.entries()) {
    images[`shape-${index}`] = `Shape ${index}.`;
    gemini.whenPrompt(new RegExp(`^Shape ${index}\\.`), picture({ size, via }));
  }
  await using site = await createSite(gemini, { bundler: rollup, images });
  const { code, output } = await site.command(['generate']);
  expect(code, output).toBe(0);
  expect(gemini.calls).toBe(pictureVias.length);
  const downloads = gemini.requests.filter(({ method }) => method === 'GET');
  expect(downloads).toHaveLength(7);
  for (const { query, headers, path } of downloads) {
    expect(`${path}${query}${JSON.stringify(headers)}`).not.toContain(gemini.key);
  }
  const sold = gemini.requests.flatMap(({ picture: made }) => (made ? [made.bytes] : []));
  const stored = (await site.list('.prompt-image')).filter((file) => /-[0-9a-f]{8}\.jpg$/.test(file));
  const bytes = await Promise.all(stored.map((file) => site.readBytes(`.prompt-image/${file}`)));
  expect(bytes.map((each) => sold.findIndex((other) => other.equals(each))).sort((a, b) => a - b)).toEqual([
    ...sold.keys(),
  ]);
});

test('a link that leads nowhere yet is followed by the next run, and bought again only when somebody says so', async () => {
  await using gemini = await startSmallGemini();
  const url = gemini.serve('/pictures/late.jpg', apiError(404));
  gemini.always(picture({ size, via: 'fileData.fileUri', url }));
  await using site = await createSite(gemini, { bundler: rollup, images: { barn: 'A barn' }, consent: true });

  const first = await site.command(['generate']);
  expect(first.code).toBe(1);
  expect(first.output).toMatch(/\[PROVIDER_BAD_RESPONSE\] src\/barn\.image\.json: /);
  expect(first.output).toContain('It was paid for');
  expect(first.output).not.toContain('late.jpg');
  expect(first.output).not.toMatch(STACK);
  const built = await site.build();
  expect(built.code).toBe(1);
  expect(gemini.calls, 'nobody pays again by himself').toBe(1);

  const body = await sharp({ create: { ...size, channels: 3, background: '#a73' } })
    .jpeg()
    .toBuffer();
  gemini.serve('/pictures/late.jpg', () => ({ status: 200, headers: { 'content-type': 'image/jpeg' }, body }));
  expect((await site.build()).output).toContain('1 image: 1 reused, 0 bought');
  expect(gemini.calls).toBe(1);
});

test('--retry gives a dead link up, keeps what is known of it, and buys anew', async () => {
  await using gemini = await startSmallGemini();
  const url = gemini.serve('/pictures/gone.jpg', apiError(410));
  gemini.whenPrompt(/barn/, picture({ size, via: 'data[].url', url }), picture({ size }));
  await using site = await createSite(gemini, { bundler: rollup, images: { barn: 'A barn' } });
  expect((await site.command(['generate'])).code).toBe(1);
  expect((await site.command(['generate'])).code).toBe(1);
  expect(gemini.calls).toBe(1);
  expect((await site.command(['generate', '--retry'])).code).toBe(0);
  expect(gemini.calls).toBe(2);
  expect(await site.list('.prompt-image/.local/intents')).toEqual([]);
  expect(await site.list('.prompt-image/.local/quarantine')).toHaveLength(1);
});
