import { readdir, readFile } from 'node:fs/promises';

/*
 * Reading, and what may be taken for absence: only what the system says is not there. Every other failure to read is an
 * error, and never a reason to buy.
 */

/** The content, or `undefined` where there is certainly no such file. Every other failure to read is an error. */
export async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The names in a folder; none where there is certainly no such folder. */
export async function listIfExists(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Whether a caught value is an error of the operating system with one of these codes; without any, with whatever code. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error && 'code' in error)) return false;
  return codes.length === 0 ? 'syscall' in error : codes.includes(String(error.code));
}
