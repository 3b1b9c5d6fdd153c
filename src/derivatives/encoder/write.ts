import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryName } from '../../files/temporary.js';

/** Writes a file that appears only when complete. Not synced: what is made here can be made again. */
export async function writeFinished(target: string, bytes: Buffer): Promise<{ bytes: number; sha256: string }> {
  const temporary = join(dirname(target), temporaryName(basename(target)));
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
