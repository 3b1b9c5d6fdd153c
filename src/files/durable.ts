import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrno } from './errno.js';
import { temporaryName } from './temporary.js';

/*
 * Writes that survive a crash and a power cut: a temporary file in the same folder, fsync, then one atomic step that makes
 * it visible, then fsync of the folder. Packages for this do not sync the folder, without which the new name can be lost.
 */

/**
 * Creates a file that must never change afterwards. Where it exists already with the same bytes, that is success.
 *
 * @returns whether this call created it
 * @throws `EEXIST` where other bytes stand under that name
 */
export async function createOnce(path: string, bytes: Uint8Array | string): Promise<boolean> {
  const temporary = await writeTemporary(path, bytes);
  const created = await withCleanup(
    () => publishOnce(temporary, path, bytes),
    () => removeIfExists(temporary),
  );
  // Also where somebody else created it: they may have died before this.
  await syncFolder(dirname(path));
  return created;
}

/**
 * Replaces a file, or creates it: readers see the old bytes or the new ones, never a part.
 *
 * @param options.mode its permissions. @default those of a new file
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array | string,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const temporary = await writeTemporary(path, bytes, mode);
  await withCleanup(
    () => rename(temporary, path),
    () => removeIfExists(temporary),
  );
  await syncFolder(dirname(path));
}

/** Deletes a file durably; one that is gone already is fine, with its folder or without. */
export async function removeFile(path: string): Promise<void> {
  await removeIfExists(path);
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Creates a folder and those above it, so that a power cut does not take them back. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    // Whoever creates a file takes EEXIST for its being there.
    throw isErrno(error, 'EEXIST') ? Object.assign(error, { code: 'ENOTDIR' }) : error;
  });
  if (first === undefined) return;
  const topmost = dirname(first);
  for (let parent = dirname(folder); parent.startsWith(topmost); parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === topmost) return;
  }
}

/** Cleans up after work, whatever became of it. Where both fail, the work's failure is the one to tell. */
export async function withCleanup<T>(work: () => Promise<T>, cleanUp: () => Promise<unknown>): Promise<T> {
  const [worked] = await Promise.allSettled([work()]);
  const [cleaned] = await Promise.allSettled([cleanUp()]);
  if (worked.status === 'rejected') throw worked.reason;
  if (cleaned.status === 'rejected') throw cleaned.reason;
  return worked.value;
}

async function writeTemporary(path: string, bytes: Uint8Array | string, mode?: number): Promise<string> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), temporaryName(basename(path)));
  const file = await open(temporary, 'wx');
  try {
    await withCleanup(
      async () => {
        await file.writeFile(bytes);
        // Not when it is opened, where the process's umask would take from it.
        if (mode !== undefined) await file.chmod(mode & 0o7777);
        await file.sync();
      },
      () => file.close(),
    );
    return temporary;
  } catch (error) {
    // On a full disk removing can fail, too; the first failure is the one to tell.
    await Promise.allSettled([removeIfExists(temporary)]);
    throw error;
  }
}

/** @returns whether it was not there before, with these very bytes */
async function publishOnce(temporary: string, path: string, bytes: Uint8Array | string): Promise<boolean> {
  try {
    await linkOrClaim(temporary, path);
    return true;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    const found = await readFile(path);
    if (found.equals(Buffer.from(bytes as string))) return false;
    // Nothing of ours is empty: here a claim was made, and its owner died.
    if (found.length > 0) throw error;
    await rename(temporary, path);
    return true;
  }
}

/**
 * A hard link fails where the name is taken, which rename does not. Some file systems have none: there an empty file claims
 * the name, and the whole one takes its place, so that no crash leaves a part of it behind.
 */
async function linkOrClaim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
    await (await open(path, 'wx')).close();
    await rename(temporary, path);
  }
}

async function removeIfExists(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for syncing, and does not need to.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await withCleanup(
    () => handle.sync(),
    () => handle.close(),
  );
}
