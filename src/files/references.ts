import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type Place, PromptImageError } from '../failure.js';
import { sha256 } from '../request.js';
import { isErrno } from './errno.js';
import { lfsOid } from './lfs.js';
import { sniffFormat } from './sniff.js';

/** A picture that manifests reference, as it is on disk. */
export interface ReferencedFile {
  /** Real path, symbolic links resolved. */
  path: string;
  /** Relative to the root; of another image's picture, the image's address. */
  file: string;
  /** SHA-256 of the bytes; of a Git-LFS pointer, the hash of the bytes that it stands for. */
  sha256: string;
  /** The bytes are elsewhere: enough for the key, not for sending. */
  isLfsPointer: boolean;
}

/** One that a manifest references. */
export interface Reference extends ReferencedFile {
  /** Where it is written. */
  place: () => Place;
  /** Of another image's picture: IPTC's term for how it came to be, as far as that is known. */
  sourceType?: string | undefined;
}

/** A reference's bytes, at most; about the limit for originals. */
const MAX_REFERENCE_BYTES = 50 * 1024 * 1024;

/** How systems say that a path leads nowhere, or can lead nowhere. */
const NOWHERE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

/**
 * Finds one referenced picture.
 *
 * @param root real path of the project's root
 * @param allowed further folders that references may lie in
 * @throws `REFERENCE_NOT_FOUND`, `REFERENCE_OUTSIDE_ROOT`, `REFERENCE_INVALID`
 */
export async function readReference(
  root: string,
  allowed: readonly string[],
  reference: { path: string; place: () => Place },
): Promise<ReferencedFile> {
  const fail = (
    code: 'REFERENCE_NOT_FOUND' | 'REFERENCE_OUTSIDE_ROOT' | 'REFERENCE_INVALID',
    what: string,
    next: string,
  ) => new PromptImageError(code, what, { place: reference.place(), next });
  const named = JSON.stringify(reference.path);
  let path: string;
  let bytes: Buffer;
  try {
    path = await realpath(join(root, reference.path));
    if (![root, ...allowed].some((folder) => isInside(folder, path))) {
      throw fail(
        'REFERENCE_OUTSIDE_ROOT',
        `${named} is outside the project`,
        'References are sent to the image model, so folders outside the root must be named in "allowReferencesFrom".',
      );
    }
    const found = await stat(path);
    if (!found.isFile()) throw fail('REFERENCE_INVALID', `${named} is not a file`, 'Name one picture.');
    if (found.size > MAX_REFERENCE_BYTES) {
      const size = `${Math.round(found.size / 1e6)} MB`;
      throw fail('REFERENCE_INVALID', `${named} is ${size}`, 'A reference is at most 50 MB.');
    }
    bytes = await readFile(path);
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) {
      throw fail('REFERENCE_INVALID', `${named} may not be read`, 'Give yourself the right to read it.');
    }
    if (!isErrno(error, ...NOWHERE)) throw error;
    throw fail(
      'REFERENCE_NOT_FOUND',
      `there is no picture at ${named}`,
      'Paths start from the file they are written in.',
    );
  }
  const oid = lfsOid(bytes);
  const format = sniffFormat(bytes);
  if (!oid && format !== 'png' && format !== 'jpeg' && format !== 'webp') {
    const found = bytes.length === 0 ? 'is empty' : 'is not a PNG, JPEG or WebP picture';
    throw fail(
      'REFERENCE_INVALID',
      `${named} ${found}`,
      'Put a PNG, JPEG or WebP picture there. Its bytes decide, not its name.',
    );
  }
  return { path, file: reference.path, sha256: oid ?? sha256(bytes), isLfsPointer: oid !== undefined };
}

/** Whether `path` is `folder` or lies in it. Both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}
