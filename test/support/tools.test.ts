import sharp from 'sharp';
import { expect, test } from 'vitest';
import { findChromium, launchChromium } from './chromium.js';
import { readTags } from './exiftool.js';
import { createWorkspace } from './workspace.js';

test('a real Chromium opens a page', async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent('<title>Hello</title>');
    expect(await page.title()).toBe('Hello');
    expect(await page.evaluate('navigator.userAgent')).toMatch(/Chrome\/\d+/);
  } finally {
    await browser.close();
  }
});

test('CHROME_PATH decides, and must name a program', () => {
  const { CHROME_PATH } = process.env;
  try {
    process.env.CHROME_PATH = process.execPath;
    expect(findChromium()).toBe(process.execPath);
    process.env.CHROME_PATH = '/nowhere/chrome';
    expect(() => findChromium()).toThrow(/CHROME_PATH names no program: \/nowhere\/chrome/);
  } finally {
    if (CHROME_PATH === undefined) delete process.env.CHROME_PATH;
    else process.env.CHROME_PATH = CHROME_PATH;
  }
});

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
  rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
  Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"/></rdf:RDF></x:xmpmeta>`;

test.each(['avif', 'webp', 'jpeg', 'png'] as const)('exiftool reads the XMP of a %s', async (format) => {
  const blank = sharp({ create: { width: 8, height: 4, channels: 3, background: '#fff' } });
  const bytes = await blank.withXmp(xmp).toFormat(format).toBuffer();
  await using workspace = await createWorkspace({ 'größe.img': bytes });
  const tags = await readTags(workspace.path('größe.img'));
  expect(tags['XMP-iptcExt:DigitalSourceType']).toBe('http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia');
  expect(tags['Composite:ImageSize']).toBe('8x4');
});

test('a file that exiftool cannot read is an error', async () => {
  await using workspace = await createWorkspace();
  await expect(readTags(workspace.path('missing.png'))).rejects.toThrow(/missing\.png/);
});
