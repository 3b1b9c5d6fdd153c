import { createHash, randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isErrno, listIfExists } from './errno.js';

/*
 * Names of files that are not finished. Each says who is writing it, so that whoever comes later can tell what a process
 * that was killed has left behind from what another one is about to finish.
 */

/** Prefix of files that are not there yet. */
export const TEMPORARY = '.tmp-';

/** Processes of other machines that share the folder have other numbers, or the same number and another name. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const pattern = new RegExp(`^\\${TEMPORARY}(.*)-([0-9a-f]{8})-(\\d+)-[0-9a-f]{12}$`);

/** `.tmp-<name>-<machine>-<process>-<random>`, the name cut off so that the whole is no longer than systems allow. */
export function temporaryName(name: string): string {
  return `${TEMPORARY}${name.slice(0, 80)}-${host}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** What a temporary file was to become; `undefined`: it is none. */
export function finalName(temporary: string): string | undefined {
  return pattern.exec(temporary)?.[1];
}

/** Deletes what processes of this machine that are no more have left unfinished in a folder. */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await listIfExists(folder)) {
    const [, , machine, pid] = pattern.exec(name) ?? [];
    if (machine !== host || isRunning(Number(pid))) continue;
    try {
      await unlink(join(folder, name));
    } catch (error) {
      // Another process sweeps, too; or the folder cannot be written to, and then nothing depends on it.
      if (!isErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
    }
  }
}

/** Whether there is a process of this number on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return !isErrno(error, 'ESRCH');
  }
}
