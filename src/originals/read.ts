import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, PromptImageError } from '../failure.js';
import { digestFile } from '../files/digest.js';
import { isErrno } from '../files/errno.js';
import { lfsOid } from '../files/lfs.js';
import { extensionOf, type OriginalName } from './names.js';
import { type OriginalRecord, parseRecord, RecordError } from './record.js';

/** A verified original. */
export interface Original {
  stem: string;
  /** Absolute path of the picture. */
  path: string;
  record: OriginalRecord;
  /** Stems of other originals of the same key; this one serves because it is the oldest. */
  rivals: readonly string[];
}

/**
 * Reads and verifies the two files of a stem; at once, like {@link digestFile}.
 *
 * @param recordOf gives the verified record, where it may be known already
 * @throws `CACHE_*`
 */
export function readOriginal(
  folder: string,
  stem: string,
  files: readonly OriginalName[],
  recordOf: (stem: string) => OriginalRecord = (each) => readRecord(folder, each),
): Original {
  const [picture, another] = files.filter(({ extension }) => extension !== 'json');
  if (!picture) throw damaged(folder, stem, 'has lost its picture', 'CACHE_ORPHAN');
  if (another) throw damaged(folder, stem, 'has two pictures', 'CACHE_ORPHAN');
  if (files.length < 2) throw damaged(folder, stem, 'has no record', 'CACHE_ORPHAN');
  const path = join(folder, `${stem}.${picture.extension}`);
  const { head, size, hash } = readable(folder, stem, () => digestFile(path));
  const record = recordOf(stem);
  if (lfsOid(head)) throw pointer(folder, stem, 'not the picture itself');
  const { image, key } = record;
  if (!key.startsWith(picture.key16)) throw damaged(folder, stem, 'has a record of another key');
  if (size !== image.bytes) throw damaged(folder, stem, `has ${size} bytes instead of ${image.bytes}`);
  if (hash !== image.sha256 || !hash.startsWith(picture.sha8) || picture.extension !== extensionOf(image.format)) {
    throw damaged(folder, stem, 'is not the picture that its record describes');
  }
  return { stem, path, record, rivals: [] };
}

/** Reads and verifies a record alone; its picture may be anything. @throws `CACHE_*` */
export function readRecord(folder: string, stem: string): OriginalRecord {
  const bytes = readable(folder, stem, () => readFileSync(join(folder, `${stem}.json`)));
  if (lfsOid(bytes)) throw pointer(folder, stem, 'not the record itself');
  return verifiedRecord(folder, stem, bytes);
}

/** An error that names both files and the command that brings them back. */
export function damaged(
  folder: string,
  stem: string,
  what: string,
  code: ErrorCode = 'CACHE_CORRUPT',
): PromptImageError {
  return new PromptImageError(code, `the original ${name(folder, stem)} ${what}`, {
    next: [
      `Bring both files back: git restore -- '${join(folder, stem)}.*'`,
      'Nothing is bought in its place by itself. If git never had them: npx prompt-image generate --replace <manifest>',
    ].join('\n'),
  });
}

function pointer(folder: string, stem: string, what: string): PromptImageError {
  return new PromptImageError('CACHE_LFS_POINTER', `${name(folder, stem)} is a Git-LFS pointer, ${what}`, {
    next: 'Run: git lfs pull',
  });
}

function verifiedRecord(folder: string, stem: string, bytes: Uint8Array): OriginalRecord {
  try {
    return parseRecord(bytes);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    if (error.kind === 'damaged') throw damaged(folder, stem, `has a record that ${error.message}`);
    throw new PromptImageError(
      'CACHE_NEWER',
      `the record ${name(folder, stem)}.json ${error.message} of unplugin-prompt-image`,
      {
        next: 'Update the package: npm install unplugin-prompt-image@latest',
      },
    );
  }
}

function readable<T>(folder: string, stem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw damaged(folder, stem, 'has just disappeared');
    if (!(error instanceof Error)) throw error;
    throw new PromptImageError(
      'CACHE_UNREADABLE',
      `the original ${name(folder, stem)} cannot be read: ${error.message}`,
      {
        cause: error,
        next: 'Nothing is bought in its place.',
      },
    );
  }
}

function name(folder: string, stem: string): string {
  return join(folder.split(/[\\/]/).at(-1) ?? '', stem);
}
