import { rgbaToThumbHash } from 'thumbhash';
import type { EncodeJob, EncodeResult } from './operations.js';
import { from, type Pixels, toPixels } from './pixels.js';
import { slots } from './slots.js';

/** Longest side in pixels of a blurred placeholder: about 200 bytes as a data URL. */
const BLUR_SIDE = 16;
/** Longest side in pixels that a thumbhash can be made from. */
const THUMBHASH_SIDE = 100;

export async function renderPlaceholder(
  pixels: Pixels,
  kind: NonNullable<EncodeJob['placeholder']>,
): Promise<NonNullable<EncodeResult['placeholder']>> {
  const small = await shrink(pixels, THUMBHASH_SIDE);
  const color = averageColor(small);
  if (kind === 'blur') return { color, blurDataURL: await blurDataURL(pixels) };
  if (kind === 'thumbhash') return { color, thumbhash: thumbhash(small) };
  return { color };
}

/** Always four channels. */
function shrink(pixels: Pixels, side: number): Promise<Pixels> {
  const pipeline = from(pixels)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' })
    .ensureAlpha();
  return toPixels(pipeline, 'prepare');
}

async function blurDataURL(pixels: Pixels): Promise<string> {
  // Browsers interpolate linearly between the few pixels; softened first, no lattice shows.
  const pipeline = from(pixels)
    .resize(BLUR_SIDE, BLUR_SIDE, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' })
    .blur(0.8)
    .webp({ quality: 80, alphaQuality: 80, smartSubsample: true, effort: 6 });
  const bytes = await slots.run('prepare', () => pipeline.toBuffer());
  return `data:image/webp;base64,${bytes.toString('base64')}`;
}

function thumbhash({ data, width, height }: Pixels): string {
  return Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64');
}

/** Mean of what is visible, each pixel by its opacity; white where nothing is. */
function averageColor({ data }: Pixels): string {
  const sums = [0, 0, 0];
  let weight = 0;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    weight += alpha;
    for (const [channel, sum] of sums.entries()) sums[channel] = sum + data[i + channel]! * alpha;
  }
  const channels = weight === 0 ? [255, 255, 255] : sums.map((sum) => Math.round(sum / weight));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
