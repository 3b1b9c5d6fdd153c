import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfExists } from '../files/errno.js';
import { temporaryName } from '../files/temporary.js';
import { sha256 } from '../request.js';

/*
 * Derived files by their content and the name that they are published under, for bundlers that ask for a file in another
 * process than the one that described it. Like all of the cache they may be deleted at any time.
 */

/** @returns what `readNamed` finds it by */
export async function writeNamed(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const hash = digest(bytes);
  const id = `${hash}/${name}`;
  // Bundlers watch it: written again, it would be built again.
  if (await readNamed(folder, id)) return id;
  const path = namedPath(folder, id);
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), temporaryName(name));
  await writeFile(temporary, bytes);
  await rename(temporary, path);
  return id;
}

export function namedPath(folder: string, id: string): string {
  return join(folder, 'named', id);
}

/** `undefined` where there is none, or a damaged one. */
export async function readNamed(folder: string, id: string): Promise<Buffer | undefined> {
  const [, hash] = /^([0-9a-f]{16})\/[\w.-]+$/.exec(id) ?? [];
  const bytes = hash && (await readIfExists(namedPath(folder, id)));
  return bytes && digest(bytes) === hash ? bytes : undefined;
}

function digest(bytes: Uint8Array): string {
  return sha256(bytes).slice(0, 16);
}
