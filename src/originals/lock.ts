import { mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PromptImageError } from '../failure.js';
import { isErrno } from '../files/durable.js';

/*
 * One process at a time may buy a key. The kernel's locks are used, which end with their holder however it dies: a lock
 * that is judged by its age has two holders as soon as one of them is slow. The lock guards money only; the files are safe
 * without it.
 */

interface KernelLocks {
  tryLock: (descriptor: number) => boolean;
  unlock: (descriptor: number) => void;
}

const POLL = 100;
/** How long a claim file may stand before we say that its owner may be dead. Claims never expire by themselves. */
const CLAIM_PATIENCE = 10 * 60_000;

/** Runs `work` while holding the lock at `path`, waiting for it as long as another process holds it. */
export async function withLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const locks = await loadKernelLocks();
  return locks ? withKernelLock(locks, path, signal, work) : withClaim(`${path}.claim`, signal, work);
}

async function withKernelLock<T>(
  locks: KernelLocks,
  path: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  // The lock file is never deleted: whoever waits holds the same file open, and would go on to lock one that is gone.
  const file = await open(path, 'a+');
  try {
    // Polled, because waiting would block one of libuv's few threads for as long as a purchase takes.
    while (!locks.tryLock(file.fd)) await delay(POLL, undefined, { signal });
    try {
      return await work();
    } finally {
      locks.unlock(file.fd);
    }
  } finally {
    await file.close();
  }
}

/** Where there is no prebuilt kernel lock (musl): a file that only one process can create, and that no other takes over. */
async function withClaim<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + CLAIM_PATIENCE;
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    if (Date.now() > deadline) {
      throw new PromptImageError('CACHE_LOCKED', 'another process has been buying this picture for ten minutes', {
        next: `If none is running, delete ${path}`,
      });
    }
    await delay(POLL, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await unlink(path);
  }
}

/** Optional, and loaded only when something is about to be bought: a fully cached build needs no native code for it. */
async function loadKernelLocks(): Promise<KernelLocks | undefined> {
  try {
    // The package has no types.
    const name = 'fs-native-extensions';
    return ((await import(name)) as { default: KernelLocks }).default;
  } catch (error) {
    // Not installed, or no prebuild for this platform.
    if (isErrno(error, 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ADDON_NOT_FOUND', 'CANNOT_LOAD')) return undefined;
    throw error;
  }
}
