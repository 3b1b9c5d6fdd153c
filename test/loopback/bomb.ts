import { crc32, deflateSync } from 'node:zlib';
import type { Answer } from './call.js';
import { type PictureOptions, picture } from './picture.js';

const SIDE = 30_000;

/** A PNG file of about 110 KB with 900 million pixels, black ones: for whoever decodes before counting. */
export function bomb(options: Omit<PictureOptions, 'bytes'> = {}): Answer {
  return (call) => picture({ ...options, bytes: bombFile() })(call);
}

let made: Buffer | undefined;

export function bombFile(): Buffer {
  made ??= pngOf(SIDE);
  return made;
}

/** One bit a pixel, so that making it takes little memory. @see https://www.w3.org/TR/png-3/ */
function pngOf(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
