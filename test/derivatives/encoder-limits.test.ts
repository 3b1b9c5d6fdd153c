import { open, readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { createEncoder } from '../../src/derivatives/encoder/encoder.js';
import { outputFormats } from '../../src/image/formats.js';
import { encoderPids, peakMemory } from './encoder-build.js';
import { openSuite } from './encoder-suite.js';
import { bombPng, photo, wanted } from './pictures.js';

const suite = openSuite();

const invalid = (path: string, message: RegExp) => ({
  code: 'IMAGE_INVALID',
  what: expect.stringMatching(message),
  message: expect.stringContaining(path),
  next: expect.stringMatching(/./),
});

test.each(outputFormats)('a whole %s is recognised by its content', async (format) => {
  const path = await suite.original('picture.txt', photo(120, 80).toFormat(format));
  expect(await suite.encoder.inspect(path)).toEqual({ format, width: 120, height: 80 });
});

const kinds: [string, (picture: Sharp) => Sharp][] = [
  ['png', (picture) => picture.png()],
  ['interlaced png', (picture) => picture.png({ progressive: true })],
  ['jpeg', (picture) => picture.jpeg()],
  ['progressive jpeg', (picture) => picture.jpeg({ progressive: true })],
  ['webp', (picture) => picture.webp()],
  ['lossless webp', (picture) => picture.webp({ lossless: true })],
  ['avif', (picture) => picture.avif({ effort: 1 })],
];

test.each(kinds)('a truncated %s is found out, wherever it was cut', async (_, encode) => {
  const whole = await encode(photo(120, 80)).toBuffer();
  await suite.encoder.inspect(await suite.original('whole', whole));
  for (const part of [0.02, 0.1, 0.5, 0.9, 0.98]) {
    const path = await suite.original('cut', whole.subarray(0, Math.floor(whole.length * part)));
    await expect(suite.encoder.inspect(path), String(part)).rejects.toMatchObject(invalid(path, /^\S+cut (is|has) /));
  }
});

test('a truncated original is not encoded', async () => {
  const whole = await photo(120, 80).jpeg().toBuffer();
  const path = await suite.original('cut.jpg', whole.subarray(0, whole.length / 2));
  const target = suite.workspace.path('out.webp');
  const job = { source: path, files: [wanted(target, 'webp', 60, 40)] };
  await expect(suite.encoder.encode(job)).rejects.toMatchObject(invalid(path, /damaged or not complete/));
  expect(await suite.workspace.list()).toEqual(['cut.jpg', 'package.json']);
});

test.each([
  ['nothing', Buffer.alloc(0), /is empty/],
  ['text', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /is not a PNG, JPEG, WebP or AVIF/],
  ['gif', Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64'), /is not a PNG/],
  ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /is not a PNG/],
  ['junk behind a signature', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(99)]), /png/],
] as const)('%s is not a picture', async (_, bytes, message) => {
  const path = await suite.original('file', bytes);
  await expect(suite.encoder.inspect(path)).rejects.toMatchObject(invalid(path, message));
});

test('a small file of huge size is refused before it is decoded', async () => {
  const encoder = createEncoder({ entry: suite.built.entry });
  const fine = await suite.original('fine.png', photo(50, 50).png());
  await encoder.inspect(fine);
  const [pid] = encoderPids(suite.built.entry).slice(-1);
  const before = peakMemory(pid!);
  const path = await suite.original('bomb.png', bombPng(20_000, 20_000));
  expect((await readFile(path)).length).toBeLessThan(200_000);
  await expect(encoder.inspect(path)).rejects.toMatchObject(
    invalid(path, /20000 × 20000 pixels \(400 megapixels\), more than the 100 megapixels/),
  );
  expect(peakMemory(pid!) - before).toBeLessThan(20);
  await encoder.dispose();
});

test('the largest size that is decoded', async () => {
  const path = await suite.original('large.png', bombPng(10_000, 10_000));
  expect(await suite.encoder.inspect(path)).toEqual({ format: 'png', width: 10_000, height: 10_000 });
  const larger = await suite.original('larger.png', bombPng(10_000, 10_001));
  await expect(suite.encoder.inspect(larger)).rejects.toMatchObject(invalid(larger, /10000 × 10001/));
});

test('a file of too many bytes is not read', async () => {
  const path = await suite.original('long.png', photo(8, 8).png());
  const file = await open(path, 'r+');
  await file.truncate(61_000_000);
  await file.close();
  await expect(suite.encoder.inspect(path)).rejects.toMatchObject(
    invalid(path, /has 61\.0 MB, more than the 50\.0 MB that are read/),
  );
});

test('failures of the file system stay what they are', async () => {
  const missing = suite.workspace.path('missing.png');
  await expect(suite.encoder.inspect(missing)).rejects.toMatchObject({
    code: 'ENOENT',
    path: missing,
    syscall: 'open',
  });
  const source = await suite.original('fine.png', photo(50, 50).png());
  const files = [wanted(suite.workspace.path('no/folder.png'), 'png', 10, 10)];
  await expect(suite.encoder.encode({ source, files })).rejects.toMatchObject({ code: 'ENOENT' });
});
