import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { PromptImageError } from '../failure.js';
import { listIfExists, readIfExists, removeFile, replaceFile } from '../files/durable.js';
import { prepareFolder } from '../originals/originals.js';
import type { OriginalRecord } from '../originals/record.js';

/** What has been paid for and is not stored yet: everything of a record but what only decoding tells. */
export type PaidPicture = Omit<OriginalRecord, 'self' | 'version' | 'image'> & { bytes: Buffer };

/** Bytes that were paid for, on disk before anything is done with them. */
export interface Intents {
  /** @returns the path, for {@link Intents.close} */
  open: (picture: PaidPicture) => Promise<string>;
  /** The picture is stored as an original. */
  close: (path: string) => Promise<void>;
  /** What earlier runs left behind: paths, with the first digits of the key. */
  list: () => Promise<{ path: string; key16: string }[]>;
  /** `undefined`: another process has just stored it. */
  read: (path: string) => Promise<PaidPicture | undefined>;
}

const intentSchema = z.looseObject({ key: z.string(), for: z.string(), bytes: z.string() });

export function openIntents(originalsFolder: string): Intents {
  const folder = join(originalsFolder, '.local', 'intents');
  return {
    open: async (picture) => {
      await prepareFolder(originalsFolder);
      const path = join(folder, `${picture.key.slice(0, 16)}-${randomBytes(4).toString('hex')}.json`);
      // One file for all of it, so that there is no state in which a part is missing.
      await replaceFile(path, JSON.stringify({ ...picture, bytes: picture.bytes.toString('base64') }));
      return path;
    },
    close: removeFile,
    list: async () => {
      const names = (await listIfExists(folder)).filter((name) => /^[0-9a-f]{16}-[0-9a-f]{8}\.json$/.test(name));
      return names.map((name) => ({ path: join(folder, name), key16: name.slice(0, 16) }));
    },
    read: async (path) => {
      const text = await readIfExists(path);
      return text && parse(path, text.toString('utf8'));
    },
  };
}

function parse(path: string, text: string): PaidPicture {
  const parsed = intentSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new PromptImageError('CACHE_CORRUPT', `${path} holds a picture that was paid for, but cannot be read`, {
      next: 'Move it elsewhere to go on without that picture.',
    });
  }
  // What else it holds is checked when the record is written and read back.
  return { ...(parsed.data as unknown as Omit<PaidPicture, 'bytes'>), bytes: Buffer.from(parsed.data.bytes, 'base64') };
}
