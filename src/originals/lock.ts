import { type FileHandle, open, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PromptImageError } from '../failure.js';
import { makeFolder, removeFile, withCleanup } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { isRunning } from '../files/temporary.js';
import { type KernelLocks, loadKernelLocks } from './kernel-locks.js';

/*
 * One process at a time may buy a key, or count what is spent. The kernel's locks are used, which end with their holder however it dies: a lock
 * that is judged by its age has two holders as soon as one of them is slow. The lock guards money only; the files are safe
 * without it.
 */

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
  return locks ? withKernelLock(locks, path, signal, work) : withClaim(path, signal, work);
}

/** The lock of a key, for whatever makes an original of it. */
export function withKeyLock<T>(
  originalsFolder: string,
  key16: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(join(originalsFolder, '.local', 'locks', key16), signal, work);
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
    const first = locks.tryLock(file.fd);
    if (first === undefined) return withClaim(path, signal, work);
    // Polled, because waiting would block one of libuv's few threads for as long as a purchase takes.
    if (!first) await poll(async () => locks.tryLock(file.fd) === true, signal);
    return withCleanup(work, async () => locks.unlock(file.fd));
  };
  return withCleanup(lockedWork, () => file.close());
}

/**
 * Where there is no prebuilt kernel lock (musl), or the file system has none: a file that only one process can create, and
 * that no other takes over.
 */
async function withClaim<T>(lock: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const path = claimOf(lock);
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
  const file = locks && (await open(path, 'a+'));
  const release = async () => {
    await removeIfWritable(path);
    await file?.close();
  };
  if (file && locks.tryLock(file.fd) !== undefined) return release;
  await release();
  await claim(claimOf(path));
  return () => removeIfWritable(claimOf(path));
}

/** Whether whoever took it with {@link holdLock} is alive; what is not known counts as alive. The lock of a dead one is deleted. */
export async function isHeld(path: string): Promise<boolean> {
  const locks = await loadKernelLocks();
  const claimed = claimOf(path);
  if ((await readIfExists(claimed)) !== undefined) {
    if ((await ownerOf(claimed)) === 'unknown') return true;
    await removeIfWritable(claimed);
    return false;
  }
  const file = locks && (await openIfExists(path));
  if (!file) return false;
  return withCleanup(
    async () => {
      // Shared: two that look at a dead one at once must not take each other for it.
      if (locks.tryLock(file.fd, { shared: true }) === false) return true;
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

function claimOf(lock: string): string {
  return `${lock}.claim`;
}

async function claim(path: string): Promise<boolean> {
  try {
    // At once: a claim that does not say whose it is could not be told from one of another machine.
    await writeFile(path, `${hostname()} ${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    // An empty one says nothing of its owner, and would stand for ever.
    await removeIfWritable(path);
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
