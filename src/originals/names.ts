import { formats, type OutputFormat } from '../image/formats.js';

/** The two files of an original, told apart by `extension`. */
export interface OriginalName {
  /** Both files' name without extension. */
  stem: string;
  /** First 16 digits of the key. */
  key16: string;
  /** First 8 digits of the picture's SHA-256. */
  sha8: string;
  extension: string;
}

const extensions = Object.values(formats).map(({ extension }) => extension);
const pattern = new RegExp(`^([a-z0-9-]+-([0-9a-f]{16})-([0-9a-f]{8}))\\.(${extensions.join('|')}|json)$`);

/** What names of files and locks say of a key: its first 16 digits. */
export function shortKey(key: string): string {
  return key.slice(0, 16);
}

/** `<label>-<key16>-<sha8>` */
export function stemOf(label: string, key: string, sha256: string): string {
  return `${label}-${shortKey(key)}-${sha256.slice(0, 8)}`;
}

/** Reads a name in the originals' folder; `undefined`: not one of ours. */
export function parseName(name: string): OriginalName | undefined {
  const [, stem, key16, sha8, extension] = pattern.exec(name) ?? [];
  return stem && key16 && sha8 && extension ? { stem, key16, sha8, extension } : undefined;
}

export function extensionOf(format: OutputFormat): string {
  return formats[format].extension;
}
