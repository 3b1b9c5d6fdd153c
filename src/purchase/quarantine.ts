import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { makeFolder, replaceFile } from '../files/durable.js';
import { shortKey } from '../originals/names.js';
import { sha256 } from '../request.js';
import type { PaidPicture } from './intents.js';

/*
 * What was paid for and is no picture: kept, because it may be evidence for a refund, or be read by a later version.
 */

/** Moves a file there, whatever it is. */
export async function putAside(originalsFolder: string, path: string): Promise<void> {
  const folder = folderOf(originalsFolder);
  await makeFolder(folder);
  await rename(path, join(folder, basename(path)));
}

/**
 * Puts what cannot be decoded aside, with all that is known of it.
 *
 * @returns what happened, and where it lies
 */
export async function quarantine(
  originalsFolder: string,
  { bytes, ...known }: PaidPicture,
  cause: PromptImageError,
): Promise<PromptImageError> {
  const stem = join(folderOf(originalsFolder), `${shortKey(known.key)}-${sha256(bytes).slice(0, 8)}`);
  await replaceFile(`${stem}.bin`, bytes);
  await replaceFile(`${stem}.json`, `${JSON.stringify({ ...known, trouble: cause.what }, undefined, 2)}\n`);
  return new PromptImageError('IMAGE_INVALID', `what came for ${known.for} cannot be decoded: ${cause.what}`, {
    next: `It was paid for, so it is kept in ${stem}.bin and not bought again by itself.`,
    cause,
  });
}

function folderOf(originalsFolder: string): string {
  return join(originalsFolder, '.local', 'quarantine');
}
