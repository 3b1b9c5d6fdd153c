import { Readable } from 'node:stream';

/** Files and pictures that are worked on together, so that no system's limit of open files is met. */
export const AT_ONCE = 16;

/** Maps a list, a few at a time, and keeps its order. The first that fails fails all. */
export async function mapBounded<T, R>(
  items: readonly T[],
  map: (item: T) => Promise<R>,
  limit = AT_ONCE,
): Promise<R[]> {
  // Boxed, because a stream ends with `null`.
  const boxes = Readable.from(items.map((item) => ({ item })));
  const results = boxes.map(async ({ item }: { item: T }) => ({ result: await map(item) }), { concurrency: limit });
  return ((await results.toArray()) as { result: R }[]).map(({ result }) => result);
}
