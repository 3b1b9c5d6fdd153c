import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/*
 * Writes that survive a crash and a power cut: a temporary file in the same folder, fsync, then one atomic step that makes
 * it visible, then fsync of the folder. Packages for this do not sync the folder, without which the new name can be lost.
 */

/** Prefix of files that are not there yet; what carries it after a crash can be deleted. */
export const TEMPORARY = '.tmp-';

/**
 * Creates a file that must never change afterwards. Where it exists already with the same bytes, that is success.
 *
 * @returns whether this call created it
 * @throws `EEXIST` where other bytes stand under that name
 */
export async function createOnce(path: string, bytes: Uint8Array | string): Promise<boolean> {
  const temporary = await writeTemporary(path, bytes);
  try {
    await linkOrCopy(temporary, path, bytes);
    return true;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    if (!Buffer.from(bytes as string).equals(await readFile(path))) throw error;
    return false;
  } finally {
    await unlink(temporary);
    await syncFolder(dirname(path));
  }
}

/** Replaces a file, or creates it: readers see the old bytes or the new ones, never a part. */
export async function replaceFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = await writeTemporary(path, bytes);
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Deletes a file durably; one that is gone already is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  await syncFolder(dirname(path));
}

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

/** Whether a caught value is an error of the operating system with one of these codes. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function writeTemporary(path: string, bytes: Uint8Array | string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `${TEMPORARY}${basename(path).slice(0, 80)}-${randomBytes(6).toString('hex')}`);
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.close();
    await unlink(temporary);
    throw error;
  }
  await file.close();
  return temporary;
}

/** A hard link fails where the name is taken, which rename does not. Some file systems have none: there, create and verify. */
async function linkOrCopy(temporary: string, path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for syncing, and does not need to.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
