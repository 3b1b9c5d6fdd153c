import sharp, { type Sharp } from 'sharp';
import { slots, type Urgency } from './slots.js';

/** Decoded pixels: sRGB, 8 bits, upright, row by row, three channels or (with alpha, not premultiplied) four. */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 3 | 4;
}

/** A new pipeline over pixels in memory. */
export function from({ data, width, height, channels }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Runs a pipeline to pixels in memory. */
export async function toPixels(pipeline: Sharp, urgency: Urgency): Promise<Pixels> {
  const { data, info } = await slots.run(urgency, () =>
    pipeline.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

/** One resize, straight from these pixels, so that a file's bytes do not depend on which others are made with it. */
export function resize(pixels: Pixels, width: number, height: number): Promise<Pixels> {
  if (pixels.width === width && pixels.height === height) return Promise.resolve(pixels);
  return toPixels(from(pixels).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }), 'prepare');
}

/** Drops an alpha channel that says nothing: AVIF would spend a fifth of its time on it. */
export function withoutOpaqueAlpha(pixels: Pixels): Pixels {
  const { data, width, height, channels } = pixels;
  if (channels === 3) return pixels;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return pixels;
  const opaque = Buffer.allocUnsafe(width * height * 3);
  for (let at = 0, to = 0; at < data.length; at += 4, to += 3) {
    opaque[to] = data[at]!;
    opaque[to + 1] = data[at + 1]!;
    opaque[to + 2] = data[at + 2]!;
  }
  return { data: opaque, width, height, channels: 3 };
}
