import sharp from 'sharp';
import { defineProvider, type ImageRequest } from 'unplugin-prompt-image';
import { type Edit, paintNight } from './painter/edit.js';
import { lightOf } from './painter/light.js';
import { readPhoto } from './painter/photo.js';
import { createRandom } from './painter/random.js';
import { paintDunes } from './painter/scenes/dunes.js';
import { paintForest } from './painter/scenes/forest.js';
import { paintMountains } from './painter/scenes/mountains.js';
import type { Scene } from './painter/scenes/scene.js';
import { paintSea } from './painter/scenes/sea.js';
import { createSheet, type Size } from './painter/sheet.js';
import { paintSnow } from './painter/snow.js';
import { paintStrips } from './painter/strips.js';

/**
 * A provider of our own: any object with a name and `generate`. This one is no model. It looks for words that it knows in the
 * prompt (a place, an hour, a few things), draws SVG with a generator that the prompt seeds, and has it rastered. So it needs
 * no key and no network, costs nothing, and the same request gives the same picture.
 */
export const painter = defineProvider({
  name: 'playground-painter',
  // The record of each picture names the model: a manifest must not say that Gemini painted this.
  models: ['playground-painter-1'],
  free: true,
  // No model was trained for it. Written into every published file.
  sourceType: 'algorithmicMedia',

  async generate(request, { raster }) {
    const { svg, size } = paint(request);
    const png = await raster(svg, size);
    // A third of the size, and its grain hides the loss.
    return { bytes: await sharp(png).jpeg({ quality: 88, chromaSubsampling: '4:4:4' }).toBuffer() };
  },
});

/** What the prompt may be about; the first place that it names counts. */
const places: readonly [words: RegExp, scene: Scene][] = [
  [/\b(sea|coast|lighthouse|ocean|harbour|bay|cape)\b/, paintSea],
  [/\b(dunes?|desert|sand)\b/, paintDunes],
  [/\b(forest|woods?|pines?|spruces?|trees)\b/, paintForest],
  [/./, paintMountains],
];

/** What may become of a picture; the first that it names counts. */
const edits: readonly [words: RegExp, edit: Edit][] = [
  [/\b(strips?|triptych|side by side)\b/, paintStrips],
  [/\b(snow|snows|snowfall|winter)\b/, paintSnow],
  [/./, paintNight],
];

function paint({ prompt, aspectRatio, references, take }: ImageRequest): { svg: string; size: Size } {
  const text = prompt.toLowerCase();
  const random = createRandom(`${prompt} ${take}`);
  const says = (...words: string[]) => words.some((word) => new RegExp(`\\b${word}\\b`).test(text));
  const [photo, ...more] = references.map(readPhoto);
  if (photo) {
    const size = sizeOf(aspectRatio ?? `${photo.width}:${photo.height}`);
    const [, edit] = edits.find(([words]) => words.test(text)) ?? [undefined, paintNight];
    return { svg: edit([photo, ...more], size, random, says), size };
  }
  const size = sizeOf(aspectRatio ?? '1:1');
  const sheet = createSheet(size, random.seed);
  const [, scene] = places.find(([words]) => words.test(text)) ?? [undefined, paintMountains];
  return { svg: sheet.render(scene(sheet, lightOf(text), random, says)), size };
}

/** What image models answer at 1K. */
const sizes: Readonly<Record<string, Size>> = {
  '1:1': { width: 1024, height: 1024 },
  '3:2': { width: 1264, height: 848 },
  '2:3': { width: 848, height: 1264 },
  '4:3': { width: 1200, height: 896 },
  '3:4': { width: 896, height: 1200 },
  '5:4': { width: 1152, height: 928 },
  '4:5': { width: 928, height: 1152 },
  '16:9': { width: 1376, height: 768 },
  '9:16': { width: 768, height: 1376 },
  '21:9': { width: 1584, height: 672 },
};

/** From the table; for any other shape, such as a photo's, what is nearest to it there. */
function sizeOf(aspectRatio: string): Size {
  const [width = 1, height = 1] = aspectRatio.split(':').map(Number);
  const unlike = (size: Size) => Math.abs(Math.log(((size.width / size.height) * height) / width));
  return sizes[aspectRatio] ?? Object.values(sizes).reduce((best, size) => (unlike(size) < unlike(best) ? size : best));
}
