import { isFailure, PromptImageError } from '../failure.js';
import { isErrno } from '../files/durable.js';
import type { Original, Originals } from '../originals/originals.js';
import { RecordError } from '../originals/record.js';
import { sha256 } from '../request.js';
import { type Intents, type PaidPicture, unreadable, unwritable } from './intents.js';

export interface StorageOptions {
  originals: Originals;
  intents: Intents;
  /** Size and format of bytes, every pixel decoded. Throws `IMAGE_INVALID`. */
  inspect: (bytes: Buffer) => Promise<{ format: Original['record']['image']['format']; width: number; height: number }>;
}

/** Makes originals of what is paid for. Both are for the holder of the key's lock. */
export interface Storage {
  /** @param path its intent, which is closed once the original is there and kept otherwise */
  store: (path: string, picture: PaidPicture) => Promise<Original>;
  /** Stores what was paid for and is not stored yet. @returns what cannot be stored, by intent */
  complete: (key16: string) => Promise<PromptImageError[]>;
}

export function createStorage({ originals, intents, inspect }: StorageOptions): Storage {
  /** By path. An intent never changes, so what is wrong with it need not be found out again. */
  const known = new Map<string, PromptImageError>();
  const store: Storage['store'] = async (path, { bytes, ...paid }) => {
    try {
      const { format, width, height } = await inspect(bytes);
      const image = { sha256: sha256(bytes), bytes: bytes.length, width, height, format };
      const original = await originals.add(bytes, { version: 1, ...paid, image });
      await intents.close(path);
      return original;
    } catch (error) {
      throw keptAt(path, paid.for, error);
    }
  };
  return {
    store,
    complete: async (key16) => {
      const stuck: PromptImageError[] = [];
      for (const { path } of (await intents.list()).filter((intent) => intent.key16 === key16)) {
        const failure = known.get(path);
        if (failure) {
          stuck.push(failure);
          continue;
        }
        try {
          const picture = await intents.read(path);
          if (picture) await store(path, picture);
        } catch (error) {
          if (!isFailure(error)) throw error;
          if (error.code === 'IMAGE_INVALID' || error.code === 'CACHE_CORRUPT') known.set(path, error);
          stuck.push(error);
        }
      }
      return stuck;
    },
  };
}

/** Why a picture that was paid for is not stored, and where it is meanwhile. */
function keptAt(path: string, address: string, cause: unknown): unknown {
  if (cause instanceof RecordError) return unreadable(path);
  const later = `It was paid for, and is kept in ${path}: the next run stores it.`;
  if (isErrno(cause)) return unwritable(cause, later);
  if (!isFailure(cause)) return cause;
  if (cause.code !== 'IMAGE_INVALID') {
    const next = [cause.next, later].filter((line) => line !== undefined).join('\n');
    return new PromptImageError(cause.code, cause.what, { cause, next });
  }
  const what = `the picture that came for ${address} cannot be decoded: ${cause.what}`;
  const next = `It was paid for, so it is kept and not bought again. To buy anew, delete ${path}`;
  return new PromptImageError('IMAGE_INVALID', what, { cause, next });
}
