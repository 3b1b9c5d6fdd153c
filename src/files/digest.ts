import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** One for all: files are read one after the other, and hundreds of them without holding any of them. */
const chunk = Buffer.allocUnsafe(256 * 1024);
/** As much as tells what a file is. */
const HEAD = 2048;

/**
 * What a file holds, without holding it. `hash` is its SHA-256, hexadecimal; `head` its first bytes, or all of a small file.
 *
 * At once rather than by promises, each of which is a trip to a thread: a file is there within a millisecond, and every build
 * looks at all of its originals.
 */
export function digestFile(path: string): { hash: string; size: number; head: Buffer } {
  const file = openSync(path, 'r');
  try {
    const digest = createHash('sha256');
    let head: Buffer | undefined;
    let size = 0;
    for (;;) {
      const length = readSync(file, chunk, 0, chunk.length, null);
      head ??= Buffer.from(chunk.subarray(0, Math.min(length, HEAD)));
      if (length === 0) return { hash: digest.digest('hex'), size, head };
      digest.update(chunk.subarray(0, length));
      size += length;
    }
  } finally {
    closeSync(file);
  }
}
