import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { linkPackage } from './fixture.mjs';

const load = createJiti(import.meta.url);
const { renderRecord } = await load.import('../src/originals/record.ts');
const { stemOf } = await load.import('../src/originals/names.ts');
const { labelOf } = await load.import('../src/image/label.ts');
const { keyOf } = await load.import('../src/request.ts');

/** Takes of each image: its picture, and those that it once had or could have. */
const TAKES = 100;

/**
 * Writes a project with `count` originals of 20 to 50 kB: a manifest for every hundredth of them, which the others are takes
 * of. Nothing in them is a picture: nobody decodes them here.
 *
 * @returns `originals`: the folder of the originals in it
 */
export function createStore(folder, count) {
  rmSync(folder, { recursive: true, force: true });
  const originals = join(folder, '.prompt-image');
  mkdirSync(originals, { recursive: true });
  linkPackage(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, 'prompt-image.config.json'), '{ "commit": false }\n');
  const noise = randomBytes(64 * 1024);
  for (let index = 0; index < count; index++) {
    const image = Math.floor(index / TAKES);
    const address = `p${image}.image.json`;
    const manifest = { prompt: `A picture of the number ${image}, painted in oil`, alt: '', aspectRatio: '16:9' };
    const take = (index % TAKES) + 1;
    if (take === 1) writeFileSync(join(folder, address), `${JSON.stringify(manifest, undefined, 2)}\n`);
    writeOriginal(originals, address, manifest, take, pictureOf(noise, index));
  }
  return { project: folder, originals };
}

function pictureOf(noise, index) {
  const bytes = Buffer.from(noise.subarray(0, 20_000 + ((index * 7919) % 30_000)));
  bytes.write(`\xff\xd8\xff${index}`, 'latin1');
  return bytes;
}

function writeOriginal(folder, address, { prompt, aspectRatio }, take, picture) {
  const model = 'gemini-3.1-flash-lite-image';
  const request = { v: 1, model, prompt, aspectRatio, imageSize: '1K', ...(take === 1 ? {} : { take }) };
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const key = keyOf(request);
  const { text } = renderRecord({
    version: 1,
    key,
    for: address,
    request,
    image: { sha256, bytes: picture.length, width: 1376, height: 768, format: 'jpeg' },
    origin: 'generated',
    sourceType: 'trainedAlgorithmicMedia',
    caption: `Here is ${prompt}.`,
    provider: 'google',
    model,
    modelVersion: model,
    responseId: sha256.slice(0, 22),
    usage: {
      promptTokenCount: 12,
      candidatesTokenCount: 1120,
      totalTokenCount: 1132,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    },
    createdAt: new Date(Date.UTC(2026, 0, 1) + take * 60_000).toISOString(),
  });
  const path = join(folder, stemOf(labelOf(address, take), key, sha256));
  writeFileSync(`${path}.jpg`, picture);
  writeFileSync(`${path}.json`, text);
}
