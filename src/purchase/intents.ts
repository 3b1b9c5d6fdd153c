import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { PromptImageError } from '../failure.js';
import {
  isErrno,
  listIfExists,
  makeFolder,
  readIfExists,
  removeFile,
  replaceFile,
  TEMPORARY,
} from '../files/durable.js';
import { prepareFolder } from '../originals/originals.js';
import type { OriginalRecord } from '../originals/record.js';

/** What has been paid for and is not stored yet: everything of a record but what only decoding tells. */
export type PaidPicture = Omit<OriginalRecord, 'self' | 'version' | 'image'> & { bytes: Buffer };

/** Bytes that were paid for, on disk before anything is done with them. Only the holder of a key's lock touches its intents. */
export interface Intents {
  /** Makes sure that `open` has where to write to: what cannot be kept must not be paid for. */
  prepare: () => Promise<void>;
  /** @returns the path, for {@link Intents.close} */
  open: (picture: PaidPicture) => Promise<string>;
  /** The picture is stored as an original. */
  close: (path: string) => Promise<void>;
  /** What earlier runs left behind: paths, with the first digits of the key. */
  list: () => Promise<{ path: string; key16: string }[]>;
  /** `undefined`: another process has just stored it, or died before all of it was written. */
  read: (path: string) => Promise<PaidPicture | undefined>;
}

const intentSchema = z.looseObject({ key: z.string(), for: z.string(), bytes: z.base64() });
/** Also temporary ones: a process may die between the last byte and the name. */
const pattern = new RegExp(`^(?:\\${TEMPORARY})?([0-9a-f]{16})-[0-9a-f]{8}\\.json(?:-[0-9a-f]+)?$`);

export function openIntents(originalsFolder: string): Intents {
  const folder = join(originalsFolder, '.local', 'intents');
  const prepare = async () => {
    await prepareFolder(originalsFolder);
    await makeFolder(folder);
  };
  return {
    prepare,
    open: async (picture) => {
      const name = `${picture.key.slice(0, 16)}-${randomBytes(4).toString('hex')}.json`;
      // One file for all of it, so that there is no state in which a part is missing.
      const text = JSON.stringify({ ...picture, bytes: picture.bytes.toString('base64') });
      const path = join(folder, name);
      try {
        await prepare();
        await replaceFile(path, text);
        return path;
      } catch (error) {
        throw isErrno(error) ? await rescue(path, text, error) : error;
      }
    },
    close: removeFile,
    list: async () =>
      (await listIfExists(folder)).flatMap((name) => {
        const [, key16] = pattern.exec(name) ?? [];
        return key16 === undefined ? [] : [{ path: join(folder, name), key16 }];
      }),
    read: async (path) => {
      const text = (await readIfExists(path))?.toString('utf8');
      if (text === undefined) return undefined;
      const picture = parse(text);
      if (picture) return picture;
      if (!basename(path).startsWith(TEMPORARY)) throw unreadable(path);
      await removeFile(path);
      return undefined;
    },
  };
}

/** An intent that nothing can be made of by itself. */
export function unreadable(path: string): PromptImageError {
  return new PromptImageError('CACHE_CORRUPT', `${path} holds a picture that was paid for, but cannot be read`, {
    next: 'Move it elsewhere to go on without that picture; it is then bought anew.',
  });
}

/** A write that the system refuses. */
export function unwritable(cause: NodeJS.ErrnoException, next: string): PromptImageError {
  return new PromptImageError('CACHE_UNWRITABLE', `the originals cannot be written: ${cause.message}`, { cause, next });
}

/** @returns `undefined` for what is no intent, or only a part of one */
function parse(text: string): PaidPicture | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = intentSchema.safeParse(value);
  if (!parsed.success) return undefined;
  // What else it holds is checked when its record is made.
  return { ...(parsed.data as unknown as Omit<PaidPicture, 'bytes'>), bytes: Buffer.from(parsed.data.bytes, 'base64') };
}

/** The disk is full, or the folder has become read-only since: what is paid for goes where there is room. */
async function rescue(path: string, text: string, cause: NodeJS.ErrnoException): Promise<PromptImageError> {
  try {
    const place = join(await mkdtemp(join(tmpdir(), 'prompt-image-')), basename(path));
    await replaceFile(place, text);
    return unwritable(
      cause,
      `The picture was paid for, and is in ${place}. Move it to ${path}: the next run stores it.`,
    );
  } catch (error) {
    if (!isErrno(error)) throw error;
    return unwritable(cause, 'The picture was paid for, and there was no place to keep it.');
  }
}
