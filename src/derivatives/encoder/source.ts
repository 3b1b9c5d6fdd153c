import { open } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { type ErrorCode, PromptImageError } from '../../failure.js';
import { sniffFormat } from '../../files/sniff.js';
import type { OutputFormat } from '../../image/formats.js';
import { MAX_BYTES, MAX_PIXELS } from './limits.js';

/** A picture file within the limits whose header can be read. Its pixels may still be damaged. */
export interface PictureSource {
  path: string;
  bytes: Buffer;
  /** By content. */
  format: OutputFormat;
  metadata: Metadata;
  /** The error that says what is wrong with this file. */
  invalid: (what: string, next: string) => PromptImageError;
}

const REPLACE = 'Replace the file by a whole picture.';

/**
 * Reads a file into memory, so that no decoder ever opens a path.
 *
 * @param code of the error for a file that is too large, of a format that is not taken, or unreadable
 * @param name what messages call the file
 */
export async function readSource(path: string, code: ErrorCode, name = path): Promise<PictureSource> {
  const invalid = (what: string, next: string) => new PromptImageError(code, `${name} ${what}`, { next });
  const bytes = await readLimited(path, invalid);
  const format = sniffFormat(bytes);
  if (!format) {
    throw invalid(bytes.length === 0 ? 'is empty' : 'is not a PNG, JPEG, WebP or AVIF file', REPLACE);
  }
  const metadata = await readMetadata(bytes, (reason) => invalid(`is not a readable ${format}: ${reason}`, REPLACE));
  // HEVC shares AVIF's container.
  if (format === 'avif' && metadata.compression !== 'av1')
    throw invalid('is not a PNG, JPEG, WebP or AVIF file', REPLACE);
  const { width, height } = metadata;
  if (width * height > MAX_PIXELS) {
    throw invalid(
      `has ${width} × ${height} pixels (${megapixels(width * height)}), more than the ${megapixels(MAX_PIXELS)} that are decoded`,
      'Scale it down.',
    );
  }
  return { path, bytes, format, metadata, invalid };
}

/** sharp's errors are plain ones without a code, with a line for every library that complained. */
export function reasonOf(error: unknown): string {
  const [first = 'unknown reason'] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first.trim();
}

async function readLimited(path: string, invalid: PictureSource['invalid']): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) {
      throw invalid(`has ${megabytes(size)}, more than the ${megabytes(MAX_BYTES)} that are read`, 'Make it smaller.');
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function readMetadata(bytes: Buffer, fail: (reason: string) => PromptImageError): Promise<Metadata> {
  try {
    // Reads the header alone, so no limit is needed here, and the error can name the size.
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw fail(reasonOf(error));
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function megapixels(pixels: number): string {
  return `${Math.round(pixels / 1e6)} megapixels`;
}
