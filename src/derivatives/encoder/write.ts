import { createHash, randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TEMPORARY } from '../../files/durable.js';

/** Writes a file that appears only when complete. Not synced: what is made here can be made again. */
export async function writeFinished(target: string, bytes: Buffer): Promise<{ bytes: number; sha256: string }> {
  const temporary = join(dirname(target), `${TEMPORARY}${basename(target)}-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
