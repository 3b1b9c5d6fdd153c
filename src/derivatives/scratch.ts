import { readFile, rm, writeFile } from 'node:fs/promises';
import { isFailure, PromptImageError } from '../failure.js';
import type { DerivedCache } from './cache.js';

/** Bytes that an encoder operation writes to a file of the cache's folder, which is gone afterwards. */
export async function readResult<T>(
  cache: DerivedCache,
  operation: (target: string) => Promise<T>,
): Promise<{ bytes: Buffer; result: T }> {
  const target = await cache.temporary();
  try {
    const result = await operation(target);
    return { bytes: await readFile(target), result };
  } finally {
    await rm(target, { force: true });
  }
}

/**
 * Hands bytes to an encoder operation as a file, which is gone afterwards.
 *
 * @param name what failures call the bytes: nobody knows them under the name of that file
 */
export async function withFile<T>(
  cache: DerivedCache,
  bytes: Uint8Array,
  name: string,
  operation: (path: string) => Promise<T>,
): Promise<T> {
  const path = await cache.temporary();
  try {
    await writeFile(path, bytes);
    return await operation(path);
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new PromptImageError(error.code, error.what.replace(path, name), { next: error.next, cause: error.cause });
  } finally {
    await rm(path, { force: true });
  }
}
