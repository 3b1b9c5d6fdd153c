import { join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { readIfExists } from '../files/errno.js';
import { isInside } from '../files/references.js';

/**
 * Keeps what is written for people from taking the place of something else.
 *
 * @param wants tells from its first bytes whether a file is of the kind that is written
 * @throws `CONFIG_INVALID` where another kind of file stands there
 */
export async function refuseOther(path: string, option: string, wants: (bytes: Buffer) => boolean): Promise<void> {
  const bytes = await readIfExists(path);
  if (!bytes || bytes.length === 0 || wants(bytes)) return;
  throw new PromptImageError('CONFIG_INVALID', `${path} is there, and is something else`, {
    next: `Nothing was written. Name another place with ${option}, or delete it first.`,
  });
}

/**
 * Keeps what is written for people away from the originals, which never change.
 *
 * @param option the one that named the path
 * @throws `CONFIG_INVALID` for a path among the originals; `.local` beside them is everybody's
 */
export function refuseAmongOriginals(folder: string, path: string, option: string): void {
  if (!isInside(folder, path) || isInside(join(folder, '.local'), path)) return;
  throw new PromptImageError('CONFIG_INVALID', `${path} is in the folder of the originals, which never change`, {
    next: `Name another place with ${option}.`,
  });
}
