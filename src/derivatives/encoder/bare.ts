import type { OutputFormat } from '../../image/formats.js';

/**
 * Whether a file holds what is needed to show its pixels and nothing else: no EXIF, no text, no thumbnail, no profile, no
 * provenance, nothing after its end. Asked of the container itself, because decoders report only the metadata they know.
 */
export function isBare(bytes: Buffer, format: Exclude<OutputFormat, 'avif'>): boolean {
  return checks[format](bytes);
}

const checks = { png: isBarePng, jpeg: isBareJpeg, webp: isBareWebp };

/** @see https://www.w3.org/TR/png-3/#5Chunk-layout */
const pngChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'sRGB', 'gAMA', 'cHRM', 'sBIT', 'bKGD', 'pHYs']);

function isBarePng(bytes: Buffer): boolean {
  let at = 8;
  while (at + 12 <= bytes.length) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!pngChunks.has(type)) return false;
    at += 12 + bytes.readUInt32BE(at);
    if (type === 'IEND') return at === bytes.length;
  }
  return false;
}

/** @see https://developers.google.com/speed/webp/docs/riff_container */
const webpChunks = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH']);

function isBareWebp(bytes: Buffer): boolean {
  let at = 12;
  while (at + 8 <= bytes.length) {
    if (!webpChunks.has(bytes.toString('latin1', at, at + 4))) return false;
    const size = bytes.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  return at === bytes.length;
}

/** @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf table B.1 */
const EOI = 0xd9;
const SOS = 0xda;

function isBareJpeg(bytes: Buffer): boolean {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const length = bytes.readUInt16BE(at + 2);
    if (!isPlainSegment(marker, bytes.subarray(at + 4, at + 2 + length))) return false;
    at += 2 + length;
    if (marker !== SOS) continue;
    at = endOfScan(bytes, at);
    if (bytes[at + 1] === EOI) return at + 2 === bytes.length;
  }
  return false;
}

/** Tables, frame and scan headers, restart intervals; JFIF without thumbnail; Adobe's colour transform. */
function isPlainSegment(marker: number, payload: Buffer): boolean {
  if (marker === 0xe0) return payload.length === 14 && payload.toString('latin1', 0, 4) === 'JFIF';
  if (marker === 0xee) return payload.length === 12 && payload.toString('latin1', 0, 5) === 'Adobe';
  return (marker >= 0xc0 && marker <= 0xcf) || marker === SOS || marker === 0xdb || marker === 0xdd;
}

/** Where the next marker stands; in entropy-coded data 0xFF is followed by 0 or a restart marker. */
function endOfScan(bytes: Buffer, start: number): number {
  let at = bytes.indexOf(0xff, start);
  while (at !== -1 && (bytes[at + 1] === 0 || (bytes[at + 1]! >= 0xd0 && bytes[at + 1]! <= 0xd7))) {
    at = bytes.indexOf(0xff, at + 2);
  }
  return at === -1 ? bytes.length : at;
}
