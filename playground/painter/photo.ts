import type { ImageRequest } from 'unplugin-prompt-image';
import type { Photo } from './edit.js';
import type { Size } from './sheet.js';

/** A reference as an SVG can hold it. It comes upright and stripped; its size stands in its first bytes. */
export function readPhoto({ bytes, mimeType }: ImageRequest['references'][number]): Photo {
  const data = Buffer.from(bytes);
  const size = mimeType === 'image/png' ? readPng(data) : mimeType === 'image/jpeg' ? readJpeg(data) : undefined;
  if (!size) throw new Error(`the painter edits JPEG and PNG, not this ${mimeType}`);
  return { ...size, href: `data:${mimeType};base64,${data.toString('base64')}` };
}

function readPng(data: Buffer): Size {
  return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
}

/** Walks the segments up to the frame header. @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf */
function readJpeg(data: Buffer): Size | undefined {
  const notFrames = [0xc4, 0xc8, 0xcc];
  for (let at = 2; at + 9 <= data.length; at += 2 + data.readUInt16BE(at + 2)) {
    const marker = data[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && !notFrames.includes(marker)) {
      return { width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5) };
    }
  }
  return undefined;
}
