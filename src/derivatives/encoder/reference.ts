import type { Sharp } from 'sharp';
import { isBare } from './bare.js';
import { decode } from './decode.js';
import { MAX_REFERENCE_SIDE } from './limits.js';
import type { EncoderOperations } from './operations.js';
import { from } from './pixels.js';
import { slots } from './slots.js';
import { type PictureSource, readSource } from './source.js';
import { writeFinished } from './write.js';

/** Makes a picture fit to leave the machine: upright, sRGB, of limited size, nothing in it but pixels. */
export const prepareReference: EncoderOperations['prepareReference'] = async ({ source: path, name, target }) => {
  const source = await readSource(path, 'REFERENCE_INVALID', name);
  const { format } = source;
  if (format === 'avif') {
    throw source.invalid('is an AVIF file, which image models do not take', 'Convert it to PNG, JPEG or WebP.');
  }
  // Also where the bytes are kept, so that a damaged file is found out here and not by a paid call.
  const pixels = await decode(source, 'answer');
  if (isFit(source) && isBare(source.bytes, format)) {
    await writeFinished(target, source.bytes);
  } else {
    const side = MAX_REFERENCE_SIDE;
    const fitted = from(pixels).resize(side, side, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' });
    await writeFinished(target, await slots.run('answer', () => encoders[format](fitted).toBuffer()));
  }
  return { mimeType: `image/${format}` };
};

/** Upright, small enough, and in a colour space that every decoder reads alike. */
function isFit({ metadata: { width, height, orientation = 1, space, depth } }: PictureSource): boolean {
  const plain = depth === 'uchar' && (space === 'srgb' || space === 'b-w');
  return plain && orientation === 1 && Math.max(width, height) <= MAX_REFERENCE_SIDE;
}

/** The format stays; quality is high enough that the loss cannot be seen. */
const encoders = {
  png: (picture: Sharp) => picture.png({ compressionLevel: 6 }),
  jpeg: (picture: Sharp) => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  webp: (picture: Sharp) => picture.webp({ quality: 95 }),
};
