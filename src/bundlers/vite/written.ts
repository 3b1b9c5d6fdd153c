import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds in which a file must not grow; the watcher keeps a second change to itself if it comes within 5 ms. */
const PAUSE = 50;
/** A file that is still being written after so many pauses is read as it is. */
const LONGEST = 20;

/** Waits until a changed file holds what it is to hold: whoever saves it empties it first. */
export async function untilWritten(path: string): Promise<void> {
  let before = await sizeOf(path);
  for (let pause = 0; pause < LONGEST; pause++) {
    await delay(PAUSE);
    const size = await sizeOf(path);
    if (size === undefined || (size > 0 && size === before)) return;
    before = size;
  }
}

/** In bytes; `undefined` where there is nothing, or nothing that can be looked at: whoever reads it tells. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
