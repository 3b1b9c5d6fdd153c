import { isFailure, PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import type { Original, Originals } from '../originals/originals.js';
import { RecordError } from '../originals/record.js';
import { ProviderError } from '../providers/provider.js';
import { sha256 } from '../request.js';
import { type Intent, type Intents, type PaidPicture, unreadable, unwritable } from './intents.js';
import { putAside, quarantine } from './quarantine.js';
import type { Refusals } from './refusals.js';
import type { Unanswered } from './unanswered.js';

export interface StorageOptions {
  originals: Originals;
  intents: Intents;
  refusals: Refusals;
  /** Size and format of bytes, every pixel decoded. Throws `IMAGE_INVALID`. */
  inspect: (bytes: Buffer) => Promise<Pick<Original['record']['image'], 'format' | 'width' | 'height'>>;
  /** Fetches a picture that was paid for. Throws `PROVIDER_*`. */
  download: (url: string) => Promise<Buffer>;
  /** Each original that was bought, once it is stored. */
  onStored: (original: Original) => Promise<void>;
}

/** What the journal holds of a key. */
export interface Completion {
  /** What was paid for and cannot be stored now. */
  stuck: Stuck[];
  /** Calls that may have been billed and brought nothing, as long as there is no picture. */
  unanswered: Unanswered[];
}

type AnsweredIntent = Intent & { state: 'answered' };

export interface Stuck {
  path: string;
  failure: PromptImageError;
  /** Nothing will come of it by itself: a dead link, a file that cannot be understood. */
  isHopeless: boolean;
}

/** Makes originals of what is paid for. All of it is for the holder of the key's lock. */
export interface Storage {
  /** @param path of the intent, which is closed once the original is there, or what came is put aside */
  store: (path: string, picture: PaidPicture) => Promise<Original>;
  /** The same for a picture that is still with the service. */
  fetch: (path: string, answered: AnsweredIntent) => Promise<Original>;
  /** Stores what was paid for and is not stored yet. */
  complete: (key16: string) => Promise<Completion>;
  /** Somebody decided to pay again: what is hopeless is put aside, what was never answered is forgotten. */
  giveUp: (completion: Completion) => Promise<void>;
}

export function createStorage({ originals, intents, refusals, inspect, download, onStored }: StorageOptions): Storage {
  const store: Storage['store'] = async (path, picture) => {
    const { bytes, ...paid } = picture;
    try {
      const { format, width, height } = await inspect(bytes);
      const image = { sha256: sha256(bytes), bytes: bytes.length, width, height, format };
      const original = await originals.add(bytes, { version: 1, ...paid, image });
      await onStored(original);
      // A link that was dead leads somewhere again: what was said of it holds no more.
      await refusals.forget(paid);
      await intents.close(path);
      return original;
    } catch (error) {
      throw isFailure(error, 'IMAGE_INVALID') ? await setAside(path, picture, error) : keptAt(path, error);
    }
  };

  /** @returns what is told of it */
  const setAside = async (path: string, picture: PaidPicture, cause: PromptImageError): Promise<unknown> => {
    try {
      const failure = await quarantine(originals.folder, picture, cause);
      const told = await refusals.remember({ key: picture.key, address: picture.for }, failure);
      await intents.close(path);
      return told;
    } catch (error) {
      return keptAt(path, error);
    }
  };

  const downloadLater = async (url: string): Promise<Buffer> => {
    try {
      return await download(url);
    } catch (error) {
      if (!isFailure(error)) throw error;
      throw withNext(
        error,
        isFinal(error) ? 'It was paid for.' : 'It was paid for: the next run tries again to fetch it.',
      );
    }
  };

  const storePaid = (path: string, { state, ...picture }: Intent & { state: 'paid' }) => store(path, picture);

  const fetch: Storage['fetch'] = async (path, { url, state, ...answered }) => {
    const paid: PaidPicture = { ...answered, bytes: await downloadLater(url) };
    await intents.write(path, { ...paid, state: 'paid' });
    return store(path, paid);
  };

  const isThere = async (key: string): Promise<boolean> => {
    originals.refresh();
    try {
      return (await originals.find(key)) !== undefined;
    } catch (error) {
      // Damaged, which whoever wants it is told.
      if (!isFailure(error)) throw error;
      return false;
    }
  };

  return {
    store,
    fetch,
    complete: async (key16) => {
      const completion: Completion = { stuck: [], unanswered: [] };
      for (const { path, intent } of await intents.of(key16)) {
        try {
          if (!intent) throw unreadable(path);
          if (intent.state === 'asked') completion.unanswered.push({ ...intent, path });
          else if (intent.state === 'answered') await fetch(path, intent);
          else await storePaid(path, intent);
        } catch (error) {
          if (!isFailure(error)) throw error;
          completion.stuck.push({ path, failure: error, isHopeless: !intent || isHopeless(error) });
        }
      }
      const { stuck, unanswered } = completion;
      if (!unanswered[0] || !(await isThere(unanswered[0].key))) return completion;
      // Whatever these calls cost, nobody needs to decide on them any more.
      for (const { path } of unanswered) await intents.close(path);
      return { stuck, unanswered: [] };
    },
    giveUp: async ({ stuck, unanswered }) => {
      for (const { path } of unanswered) await intents.close(path);
      for (const { path, isHopeless } of stuck) if (isHopeless) await putAside(originals.folder, path);
    },
  };
}

function isFinal(failure: unknown): boolean {
  return failure instanceof ProviderError && failure.retry === 'never';
}

/** @param failure of a download, or of a record that cannot be made */
function isHopeless(failure: PromptImageError): boolean {
  return isFinal(failure.cause) || (failure.code === 'CACHE_CORRUPT' && failure.cause === undefined);
}

/** Why a picture that was paid for is not stored, and where it is meanwhile. */
function keptAt(path: string, cause: unknown): unknown {
  if (cause instanceof RecordError) return unreadable(path);
  const later = `It was paid for, and is kept in ${path}: the next run stores it.`;
  if (isErrno(cause)) return unwritable(cause, later);
  return isFailure(cause) ? withNext(cause, later) : cause;
}

function withNext(failure: PromptImageError, line: string): PromptImageError {
  const next = failure.next === undefined ? line : `${failure.next}\n${line}`;
  return new PromptImageError(failure.code, failure.what, { cause: failure, next });
}
