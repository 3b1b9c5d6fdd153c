import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes that are held at once: hundreds of pictures may be looked at together. */
const CHUNK = 256 * 1024;
/** As much as tells what a file is. */
const HEAD = 2048;

/** What a file holds, without holding it. `hash` is its SHA-256, hexadecimal; `head` its first bytes, or all of a small file. */
export async function digestFile(path: string): Promise<{ hash: string; size: number; head: Buffer }> {
  const file = await open(path, 'r');
  try {
    const digest = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK);
    let head: Buffer | undefined;
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK);
      head ??= Buffer.from(chunk.subarray(0, Math.min(bytesRead, HEAD)));
      if (bytesRead === 0) return { hash: digest.digest('hex'), size, head };
      digest.update(chunk.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}
