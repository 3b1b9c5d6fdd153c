import { randomBytes } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import type { AnsweredPicture, ImageAsk } from './call.js';
import { nominalSize, type Size } from './models.js';

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif';

/** Side of the random grid that is blown up to a soft gradient. */
const GRID = 6;
const PIXELS_AT_1K = 1024 * 1024;

/** A soft gradient of random colours: real, decodable, about 30 ms to make at one megapixel, and never the same twice. */
export async function paintPicture({ width, height }: Size, format: PictureFormat = 'jpeg'): Promise<AnsweredPicture> {
  const grid = sharp(randomBytes(GRID * GRID * 3), { raw: { width: GRID, height: GRID, channels: 3 } });
  const picture = grid.resize(width, height, { fit: 'fill', kernel: 'cubic' });
  return { bytes: await encoders[format](picture), mimeType: `image/${format}`, width, height };
}

const encoders: Readonly<Record<PictureFormat, (picture: Sharp) => Promise<Buffer>>> = {
  jpeg: (picture) => picture.jpeg({ quality: 80 }).toBuffer(),
  png: (picture) => picture.png({ compressionLevel: 1 }).toBuffer(),
  webp: (picture) => picture.webp({ quality: 80, effort: 0 }).toBuffer(),
  avif: (picture) => picture.avif({ quality: 50, effort: 0 }).toBuffer(),
};

/** The size that the model aims at: of the ratio asked for, else about a megapixel in the shape of the first reference. */
export async function sizeFor({ aspectRatio, imageSize, references: [reference] }: ImageAsk): Promise<Size> {
  if (aspectRatio !== undefined || !reference) return nominalSize(aspectRatio, imageSize);
  const { width, height } = (await sharp(reference.bytes).metadata()).autoOrient;
  const scale = Math.sqrt(PIXELS_AT_1K / (width * height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
