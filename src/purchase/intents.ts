import { randomBytes } from 'node:crypto';
import { mkdtemp, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { PromptImageError } from '../failure.js';
import { makeFolder, removeFile, replaceFile } from '../files/durable.js';
import { isErrno, listIfExists, readIfExists } from '../files/errno.js';
import { finalName } from '../files/temporary.js';
import { shortKey } from '../originals/names.js';
import { prepareFolder } from '../originals/originals.js';
import type { OriginalRecord } from '../originals/record.js';

/*
 * The journal of purchases: one file for each call, from before it is made until its picture is stored. Whatever instant a
 * process dies in, the file says whether there is a picture to store, an address to fetch it from, or a call that may have
 * been billed and brought nothing.
 */

/** What is known before a call. */
type Asked = Pick<
  OriginalRecord,
  'key' | 'for' | 'request' | 'origin' | 'sourceType' | 'provider' | 'model' | 'createdAt'
>;
/** What the answer says beside the picture. */
type Answered = Asked & Pick<OriginalRecord, 'caption' | 'modelVersion' | 'responseId' | 'usage'>;
/** Everything of a record but what only decoding tells. */
export type PaidPicture = Answered & { bytes: Buffer };

export type Intent =
  /** The call goes out, or went out; `trouble`: it ended without saying whether it is billed. */
  | ({ state: 'asked'; trouble?: string } & Asked)
  /** It is billed, and the picture lies at `url`. */
  | ({ state: 'answered'; url: string } & Answered)
  | ({ state: 'paid' } & PaidPicture);

export interface OpenIntent {
  path: string;
  /** `undefined`: the file cannot be understood. */
  intent: Intent | undefined;
}

/** Only the holder of a key's lock touches its intents. */
export interface Intents {
  /** Makes sure that there is a place to write to: what cannot be kept must not be paid for. */
  prepare: () => Promise<void>;
  /** @returns the path, for {@link Intents.write} and {@link Intents.close} */
  open: (asked: Asked) => Promise<string>;
  /** Takes the next state in, at once and durably. */
  write: (path: string, intent: Intent) => Promise<void>;
  close: (path: string) => Promise<void>;
  /** First digits of the keys that have any. */
  keys: () => Promise<Set<string>>;
  /** When a key was asked for by calls without an answer so far. Reads only, for whoever does not hold its lock. */
  unanswered: (key16: string) => Promise<string[]>;
  /** Those of a key, after what a process that died was about to write is finished or taken back. */
  of: (key16: string) => Promise<OpenIntent[]>;
}

const askedShape = { key: z.string(), for: z.string(), request: z.looseObject({}), provider: z.string() };
// What else they hold is checked when the record is made.
const intentSchema = z.discriminatedUnion('state', [
  z.looseObject({ state: z.literal('asked'), trouble: z.string().optional(), ...askedShape }),
  z.looseObject({ state: z.literal('answered'), url: z.string(), ...askedShape }),
  z.looseObject({ state: z.literal('paid'), bytes: z.base64(), ...askedShape }),
]);
const pattern = /^([0-9a-f]{16})-[0-9a-f]{8}\.json$/;

export function openIntents(originalsFolder: string): Intents {
  const folder = join(originalsFolder, '.local', 'intents');
  return {
    prepare: async () => {
      await prepareFolder(originalsFolder);
      await makeFolder(folder);
    },
    open: async (asked) => {
      const path = join(folder, `${shortKey(asked.key)}-${randomBytes(4).toString('hex')}.json`);
      try {
        await replaceFile(path, render({ state: 'asked', ...asked }));
      } catch (error) {
        // It may have got its name all the same, and would tell of a call that is never made.
        await Promise.allSettled([removeFile(path)]);
        throw error;
      }
      return path;
    },
    write: async (path, intent) => {
      const text = render(intent);
      try {
        // Nothing comes before this: what is lost now is lost. The folder is made again where it has gone meanwhile.
        await replaceFile(path, text);
      } catch (error) {
        if (!isErrno(error)) throw error;
        // It stands there as asked for already, which says enough.
        if (intent.state !== 'asked') throw await rescue(path, text, error);
      }
    },
    close: removeFile,
    keys: async () => new Set((await list(folder)).map(({ key16 }) => key16)),
    unanswered: async (key16) => {
      const mine = (await list(folder)).filter((file) => file.key16 === key16 && finalName(file.name) === undefined);
      const found = await Promise.all(mine.map(({ name }) => readIfExists(join(folder, name))));
      return found.flatMap((bytes) => {
        const intent = bytes && parse(bytes.toString('utf8'));
        return intent?.state === 'asked' ? [intent.createdAt] : [];
      });
    },
    of: async (key16) => {
      const mine = async () => (await list(folder)).filter((file) => file.key16 === key16);
      for (const { name } of await mine()) if (finalName(name) !== undefined) await finish(folder, name);
      const open = (await mine()).map(async ({ name }) => {
        const path = join(folder, name);
        const text = (await readIfExists(path))?.toString('utf8');
        return text === undefined ? [] : [{ path, intent: parse(text) }];
      });
      return (await Promise.all(open)).flat();
    },
  };
}

async function list(folder: string): Promise<{ name: string; key16: string }[]> {
  return (await listIfExists(folder)).flatMap((name) => {
    const [, key16] = pattern.exec(finalName(name) ?? name) ?? [];
    return key16 === undefined ? [] : [{ name, key16 }];
  });
}

/** A process may die between the last byte of a temporary file and its name: then it holds the newest state. */
async function finish(folder: string, temporary: string): Promise<void> {
  const path = join(folder, temporary);
  const text = (await readIfExists(path))?.toString('utf8');
  if (text === undefined) return;
  const intent = parse(text);
  // Without its name, no call has gone out for it. Of a part of a state, nothing: the state before stands.
  if (!intent || (intent.state === 'asked' && intent.trouble === undefined)) await removeFile(path);
  else await rename(path, join(folder, finalName(temporary) ?? temporary));
}

function render(intent: Intent): string {
  // One file for all of it, so that there is no instant in which a part is missing.
  return JSON.stringify(intent.state === 'paid' ? { ...intent, bytes: intent.bytes.toString('base64') } : intent);
}

/** @returns `undefined` for what is no intent, or only a part of one */
function parse(text: string): Intent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const intent = intentSchema.safeParse(value).data;
  if (intent?.state !== 'paid') return intent as Intent | undefined;
  return { ...(intent as unknown as Intent & { state: 'paid' }), bytes: Buffer.from(intent.bytes, 'base64') };
}

/** An intent that nothing can be made of by itself. */
export function unreadable(path: string): PromptImageError {
  return new PromptImageError('CACHE_CORRUPT', `${path} may hold a picture that was paid for, and cannot be read`, {
    next: 'Move it elsewhere to go on without that picture; it is then bought anew.',
  });
}

/** A write that the system refuses. */
export function unwritable(cause: NodeJS.ErrnoException, next: string): PromptImageError {
  return new PromptImageError('CACHE_UNWRITABLE', `the originals cannot be written: ${cause.message}`, { cause, next });
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
