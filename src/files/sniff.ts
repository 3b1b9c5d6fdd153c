import type { OutputFormat } from '../image/formats.js';

/** What a picture's first bytes say; names and declared types lie. `undefined`: none of the formats that we take. */
export function sniffFormat(bytes: Uint8Array): OutputFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  // ISO base media: the major brand, or avif among the compatible ones (mif1 files).
  if (head.startsWith('ftyp', 4) && /avi[fs]/.test(head.slice(8))) return 'avif';
  return undefined;
}
