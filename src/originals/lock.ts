import { type FileHandle, open, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PromptImageError } from '../failure.js';
import { makeFolder, removeFile, withCleanup } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { isRunning } from '../files/temporary.js';

/*
 * One process at a time may buy a key, or count what is spent. The kernel's locks are used, which end with their holder however it dies: a lock
 * that is judged by its age has two holders as soon as one of them is slow. The lock guards money only; the files are safe
 * without it.
 */

interface KernelLocks {
  tryLock: (descriptor: number, options?: { shared: boolean }) => boolean;
  unlock: (descriptor: number) => void;
}

/** Milliseconds between two looks at a lock that another one holds: short at first, since most are held briefly. */
const POLL = { first: 4, longest: 100 };
/** How long a claim file may stand before we say that its owner may be dead. Claims never expire by themselves. */
const CLAIM_PATIENCE = 10 * 60_000;

/**
 * Runs `work` while holding the lock at `path`, waiting for it as long as another process holds it.
 *
 * @throws the signal's AbortError while it waits; `CACHE_LOCKED` where there are no kernel locks and a claim was left behind
 */
export async function withLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await makeFolder(dirname(path));
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
  const lockedWork = async () => {
    // Polled, because waiting would block one of libuv's few threads for as long as a purchase takes.
    await poll(async () => locks.tryLock(file.fd), signal);
    return withCleanup(work, async () => locks.unlock(file.fd));
  };
  return withCleanup(lockedWork, () => file.close());
}

/** Where there is no prebuilt kernel lock (musl): a file that only one process can create, and that no other takes over. */
async function withClaim<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const take = async () => {
    if (await claim(path)) return true;
    const owner = await ownerOf(path);
    if (owner === 'dead') throw locked(path, 'the process that was at work on this has ended without finishing');
    if (performance.now() - started > CLAIM_PATIENCE) {
      throw locked(path, 'another process has been at work on this for ten minutes');
    }
    return false;
  };
  await poll(take, signal);
  return withCleanup(work, () => unlink(path));
}

/** Until it succeeds. The pauses are of uneven length, so that processes that wait together do not look together. */
async function poll(take: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let pause = POLL.first; !(await take()); pause = Math.min(POLL.longest, pause * 2)) {
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

export type Release = () => Promise<void>;

/**
 * Takes a lock of one's own, at a path that nobody else takes, to be known as alive by it until the release or the end of the
 * process, however it ends.
 */
export async function holdLock(path: string): Promise<Release> {
  await makeFolder(dirname(path));
  const locks = await loadKernelLocks();
  if (!locks) {
    await claim(`${path}.claim`);
    return () => removeIfWritable(`${path}.claim`);
  }
  const file = await open(path, 'a+');
  locks.tryLock(file.fd);
  return () =>
    withCleanup(
      () => removeIfWritable(path),
      () => file.close(),
    );
}

/** Whether whoever took it with {@link holdLock} is alive; what is not known counts as alive. The lock of a dead one is deleted. */
export async function isHeld(path: string): Promise<boolean> {
  const locks = await loadKernelLocks();
  if (!locks) {
    const claimed = `${path}.claim`;
    if ((await ownerOf(claimed)) === 'unknown' && (await readIfExists(claimed)) !== undefined) return true;
    await removeIfWritable(claimed);
    return false;
  }
  const file = await openIfExists(path);
  if (!file) return false;
  return withCleanup(
    async () => {
      // Shared: two that look at a dead one at once must not take each other for it.
      if (!locks.tryLock(file.fd, { shared: true })) return true;
      await removeIfWritable(path);
      return false;
    },
    () => file.close(),
  );
}

/** What is left behind misleads nobody. */
async function removeIfWritable(path: string): Promise<void> {
  try {
    await removeFile(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function claim(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await withCleanup(
      () => file.writeFile(`${hostname()} ${process.pid}`),
      () => file.close(),
    );
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Tells of a death only where it is certain, so that nobody is told to delete the claim of a living process. */
async function ownerOf(path: string): Promise<'dead' | 'unknown'> {
  const words = (await readIfExists(path))?.toString();
  const [, host, pid] = /^(.+) (\d+)$/.exec(words ?? '') ?? [];
  if (host !== hostname() || pid === undefined) return 'unknown';
  if (isRunning(Number(pid))) return 'unknown';
  // It may have finished, and unlinked its claim, before it ended.
  return (await readIfExists(path))?.toString() === words ? 'dead' : 'unknown';
}

function locked(path: string, what: string): PromptImageError {
  return new PromptImageError('CACHE_LOCKED', what, {
    next: `If none is at work on it, delete ${path}`,
  });
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
