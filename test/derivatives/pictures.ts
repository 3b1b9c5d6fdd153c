import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { EncodeJob } from '../../src/derivatives/encoder/operations.js';
import { encoderOptions } from '../../src/image/encoding.js';
import type { OutputFormat } from '../../src/image/formats.js';
import { outputDefaults } from '../../src/image/output.js';

export type Rgb = readonly [number, number, number];

/** A picture with something in it: gradient and pattern, so that every encoder has work to do. */
export function photo(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0, at = 0; i < width * height; i += 1, at += 3) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data[at] = (x * 255) / width;
    data[at + 1] = (y * 255) / height;
    data[at + 2] = 128 + 60 * Math.sin(x / 9) * Math.cos(y / 7) + ((x * 7919 + y * 104729) % 23);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** One colour. */
export function flat(width: number, height: number, [r, g, b]: Rgb): Sharp {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
}

/** One pixel of a file as it is displayed: sRGB, with alpha where the file has it. */
export async function pixelAt(file: string | Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

/** The largest difference of any channel. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}

/** One file to encode, with the options of a manifest that says nothing. */
export function wanted(
  target: string,
  format: OutputFormat,
  width: number,
  height: number,
): EncodeJob['files'][number] {
  return { target, width, height, format, options: encoderOptions(format, { ...settings, effort: { avif: 1 } }) };
}

const settings = {
  ...outputDefaults,
  sizes: { widths: outputDefaults.widths },
  crop: undefined,
};

/** A valid black PNG of any size in a few kilobytes: one bit a pixel, and zeros compress a thousandfold. */
export function bombPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export function pngChunk(type: string, payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  const content = Buffer.concat([Buffer.from(type, 'latin1'), payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}
