import { join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { isInside } from '../files/references.js';

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
