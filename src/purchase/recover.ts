import { join } from 'node:path';
import { isFailure, type PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { sweepTemporaries } from '../files/temporary.js';
import { withKeyLock } from '../originals/lock.js';
import type { Originals } from '../originals/originals.js';
import { type Intents, unwritable } from './intents.js';
import type { Memory } from './memory.js';
import type { Storage } from './storage.js';

export interface RecoverOptions {
  originals: Originals;
  intents: Intents;
  storage: Storage;
  memory: Memory;
}

/** Milliseconds until what could not be stored is tried again. */
const REST = 60_000;

/** @returns stores what earlier runs paid for and could not store, and gives what cannot be stored now, by intent */
export function createRecover({
  originals,
  intents,
  storage,
  memory,
}: RecoverOptions): () => Promise<PromptImageError[]> {
  /** Once: it lists folders, and a build comes here for each of its images. */
  let swept: Promise<void> | undefined;
  /** Keys whose pictures could not be stored a moment ago: a dev server comes here with each page. */
  const resting = new Set<string>();

  /** What another process is at work on is left to it. */
  const complete = async (key16: string): Promise<PromptImageError[]> => {
    try {
      const work = () => storage.complete(key16);
      const { stuck } = await withKeyLock(originals.folder, key16, AbortSignal.abort(), work);
      return stuck.map(({ failure }) => failure);
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return [];
      if (!isFailure(error)) throw error;
      return [error];
    }
  };

  const completeAll = async (): Promise<PromptImageError[]> => {
    swept ??= sweepAll(originals.folder);
    await swept;
    const stuck: PromptImageError[] = [];
    const keys = await intents.keys();
    for (const key16 of keys) {
      if (resting.has(key16)) continue;
      const left = await complete(key16);
      for (const failure of left) memory.block(key16, failure);
      if (left.length > 0) rest(key16);
      stuck.push(...left);
    }
    if (keys.size > 0) originals.refresh();
    return stuck;
  };

  const rest = (key16: string) => {
    resting.add(key16);
    setTimeout(() => resting.delete(key16), REST).unref();
  };

  return async () => {
    try {
      return await completeAll();
    } catch (error) {
      if (!isErrno(error)) throw error;
      return [unwritable(error, 'What was paid for is kept; the next run stores it.')];
    }
  };
}

/** What processes that were killed have left unfinished; but for intents, which may hold a picture. */
async function sweepAll(folder: string): Promise<void> {
  for (const each of ['', '.local', '.local/refusals', '.local/quarantine']) await sweepTemporaries(join(folder, each));
}
