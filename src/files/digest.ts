import { createHash, hash } from 'node:crypto';
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
    let length = fill(file);
    const head = Buffer.from(chunk.subarray(0, Math.min(length, HEAD)));
    // In one go where all of it fits: half the price of a small file.
    if (length < chunk.length) return { hash: hash('sha256', chunk.subarray(0, length)), size: length, head };
    const digest = createHash('sha256');
    let size = 0;
    for (; length > 0; length = fill(file)) {
      digest.update(chunk.subarray(0, length));
      size += length;
    }
    return { hash: digest.digest('hex'), size, head };
  } finally {
    closeSync(file);
  }
}

/** Reads on until the chunk is full or the file has ended, which only a read that gives nothing says. @returns bytes */
function fill(file: number): number {
  let filled = 0;
  while (filled < chunk.length) {
    const length = readSync(file, chunk, filled, chunk.length - filled, null);
    if (length === 0) break;
    filled += length;
  }
  return filled;
}
