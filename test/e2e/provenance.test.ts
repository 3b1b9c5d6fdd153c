import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readTags } from '../support/exiftool.js';
import { bundlers, rollup } from './support/bundlers.js';
import { createSite, type Site, type SiteOptions, startSmallGemini } from './support/site.js';

const formats = ['avif', 'webp', 'jpeg', 'png'];
const output = { formats, widths: [48] };
const photo = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();
const images = {
  barn: { prompt: 'A barn', alt: '', output },
  edit: { prompt: 'The same at night', alt: '', output, references: ['./photo.png'] },
};
const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

async function built(options: Partial<SiteOptions> = {}) {
  const gemini = await startSmallGemini();
  const site = await createSite(gemini, {
    bundler: rollup,
    images,
    consent: true,
    ...options,
    files: { 'src/photo.png': photo, ...options.files },
  });
  const { code, output: printed } = await site.build();
  expect(code, printed).toBe(0);
  await gemini.close();
  return site;
}

/** What exiftool reads of an image's origin, once for each of its files, in the order of their formats. */
async function originsOf(site: Site, name: string) {
  const image = (await site.images())[name];
  if (!image) throw new RangeError(`There is no ${name}`);
  const files = site.filesOf(image);
  expect(files.map((file) => file.split('.').at(-1)).sort()).toEqual(['avif', 'jpg', 'png', 'webp']);
  return Promise.all(
    files.map(async (file) => {
      const tags = await readTags(site.path('dist', file));
      return { type: tags['XMP-iptcExt:DigitalSourceType'], system: tags['XMP-iptcExt:AISystemUsed'] };
    }),
  );
}

test.concurrent.each(bundlers)('$name: every file says how it was made', async (bundler) => {
  await using site = await built({ bundler });
  for (const { type, system } of await originsOf(site, 'barn')) {
    expect(type).toBe(`${IPTC}trainedAlgorithmicMedia`);
    expect(system).toMatch(/gemini-3\.1-flash-lite-image/);
  }
  for (const { type, system } of await originsOf(site, 'edit')) {
    expect(type).toBe(`${IPTC}compositeWithTrainedAlgorithmicMedia`);
    expect(system).toMatch(/gemini-3\.1-flash-lite-image/);
  }
});

test.concurrent('what a provider declares counts', async () => {
  const painter = `
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="teal"/></svg>';
    const generate = async (_, { raster }) => ({ bytes: await raster(svg, { width: 96, height: 96 }) });
    export default { provider: { name: 'painter', free: true, sourceType: 'algorithmicMedia', generate } };`;
  await using site = await built({ files: { 'prompt-image.config.js': painter } });
  for (const { type } of await originsOf(site, 'edit')) expect(type).toBe(`${IPTC}algorithmicMedia`);
});

test.concurrent('provenance: false writes nothing, and changes nothing else', async () => {
  await using site = await built({ config: { provenance: false } });
  for (const origin of await originsOf(site, 'barn')) expect(origin).toEqual({});
  const config = await site.read('prompt-image.config.js');
  await site.write('prompt-image.config.js', config.replace('"provenance":false', '"provenance":true'));
  const { output: printed } = await site.build();
  expect(printed).toContain('2 images: 2 reused, 0 bought');
  for (const { type } of await originsOf(site, 'barn')) expect(type).toBe(`${IPTC}trainedAlgorithmicMedia`);
});

test.concurrent('drafts claim nothing', async () => {
  await using site = await built({ config: { missing: 'draft' } });
  for (const origin of await originsOf(site, 'barn')) expect(origin).toEqual({});
});
