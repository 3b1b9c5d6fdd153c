import sharp, { type Sharp } from 'sharp';
import { MAX_PIXELS } from './limits.js';
import type { EncodeJob } from './operations.js';
import { type Pixels, toPixels, withoutOpaqueAlpha } from './pixels.js';
import type { Urgency } from './slots.js';
import { type PictureSource, reasonOf } from './source.js';

/**
 * Every pixel of a picture, upright and in sRGB, cut where asked.
 *
 * @throws the source's error where the file is truncated or damaged
 */
export async function decode(source: PictureSource, urgency: Urgency, crop?: EncodeJob['crop']): Promise<Pixels> {
  // `error` finds truncation and corruption. `warning` would also refuse pictures for a harmless remark of their decoder.
  const pipeline = sharp(source.bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
  if (crop) pipeline.resize({ ...crop, fit: 'cover', kernel: 'lanczos3' });
  try {
    return withoutOpaqueAlpha(await toPixels(convertWide(pipeline, source), urgency));
  } catch (error) {
    throw source.invalid(
      `is damaged or not complete: ${reasonOf(error)}`,
      'Restore the file, or replace it by a whole picture.',
    );
  }
}

/**
 * sharp converts a profile of 8-bit pixels to sRGB, but one of 16-bit pixels to Display P3, whose values it then passes off
 * as sRGB unless an output profile is named. Without an embedded profile naming one would do the opposite harm.
 */
function convertWide(pipeline: Sharp, { metadata }: PictureSource): Sharp {
  return metadata.space === 'rgb16' && metadata.hasProfile ? pipeline.withIccProfile('srgb') : pipeline;
}
