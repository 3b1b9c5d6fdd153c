import { isUtf8 } from 'node:buffer';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { type FileKind, fileKinds, notUtf8, tooLarge } from '../manifest/json.js';
import { placeAt } from '../manifest/locate.js';
import { isErrno } from './errno.js';
import { isInside } from './references.js';

export interface TextFile {
  /** The path that `file` starts from. */
  root: string;
  /** With forward slashes; how messages name it. */
  file: string;
  /** The folder that it must lie in, symbolic links resolved: a real path. Absent: anywhere. */
  within?: string;
  kind: FileKind;
}

/**
 * Reads a file that a person writes.
 *
 * @returns `undefined` where there is none, `outside` where it lies elsewhere than it may
 * @throws the code of its kind where it is no text that could be one
 */
export async function readText({
  root,
  file,
  within,
  kind,
}: TextFile): Promise<{ text: string } | 'outside' | undefined> {
  const path = join(root, file);
  const fail = (what: string, cause?: unknown) => new PromptImageError(kind.code, what, { place: { file }, cause });
  try {
    if (within !== undefined && !isInside(within, await realpath(path))) return 'outside';
    const found = await stat(path);
    if (!found.isFile()) throw fail('is not a file');
    if (found.size > kind.maxBytes) throw tooLarge(file, kind);
    const bytes = await readFile(path);
    const text = bytes.toString();
    if (!isUtf8(bytes)) throw notUtf8(placeAt(file, text, text.indexOf('\uFFFD')), kind);
    return { text };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(error, 'EACCES', 'EPERM')) throw fail('may not be read', error);
    if (isErrno(error, 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE')) throw fail('cannot be a file', error);
    throw error;
  }
}

/** @throws `MANIFEST_INVALID` where there is no such file, or it is no text that a manifest could be */
export async function readManifest(root: string, file: string): Promise<string> {
  const found = await readText({ root, file, kind: fileKinds.manifest });
  if (typeof found === 'object') return found.text;
  throw new PromptImageError('MANIFEST_INVALID', 'does not exist', { place: { file } });
}
