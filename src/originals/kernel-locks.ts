import { isErrno } from '../files/errno.js';
import { IS_BUN } from '../files/runtime.js';

/** Locks that end with their holder, however it dies. */
export interface KernelLocks {
  /** `undefined`: the file system has no locks. */
  tryLock: (descriptor: number, options?: { shared: boolean }) => boolean | undefined;
  unlock: (descriptor: number) => void;
}

/** Optional, and loaded only when something is about to be bought: a fully cached build needs no native code for it. */
export async function loadKernelLocks(): Promise<KernelLocks | undefined> {
  // It calls what Bun has not, which ends the process: https://github.com/oven-sh/bun/issues/18546
  if (IS_BUN) return undefined;
  try {
    // The package has no types.
    const name = 'fs-native-extensions';
    const { tryLock, unlock } = ((await import(name)) as { default: Native }).default;
    return { tryLock: (descriptor, { shared } = { shared: false }) => ask(tryLock, descriptor, shared), unlock };
  } catch (error) {
    // Not installed, or no prebuild for this platform.
    if (isErrno(error, 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ADDON_NOT_FOUND', 'CANNOT_LOAD')) return undefined;
    throw error;
  }
}

interface Native {
  tryLock: (descriptor: number, offset: number, length: number, options: { shared: boolean }) => boolean;
  unlock: (descriptor: number) => void;
}

function ask(tryLock: Native['tryLock'], descriptor: number, shared: boolean): boolean | undefined {
  try {
    return tryLock(descriptor, 0, 0, { shared });
  } catch (error) {
    if (isErrno(error, 'ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL')) return undefined;
    throw error;
  }
}
