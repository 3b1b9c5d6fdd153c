import { stat } from 'node:fs/promises';
import { isErrno } from '../files/errno.js';

/** Milliseconds since the epoch; files that are gone do not count. */
export async function lastChange(paths: Iterable<string>): Promise<number> {
  let newest = 0;
  for (const path of paths) {
    try {
      newest = Math.max(newest, (await stat(path)).mtimeMs);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
  return newest;
}
