import { posix } from 'node:path';

/** How paths of other files start: they lead from the file that they are written in. */
export const RELATIVE = /^\.\.?\//;

/** From the root, with forward slashes; may lead out of it. @param file that `path` is written in, from the root */
export function resolvePath(file: string, path: string): string {
  return posix.join(posix.dirname(file), path);
}
