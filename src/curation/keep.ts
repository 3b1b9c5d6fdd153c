import { readFile } from 'node:fs/promises';
import type { Catalog } from '../catalog/catalog.js';
import type { Entry } from '../catalog/entry.js';
import type { ImageState } from '../catalog/state.js';
import { isFailure, type PromptImageError } from '../failure.js';
import { originalsAreIgnored } from '../files/git.js';
import { withKeyLock } from '../originals/lock.js';
import { shortKey } from '../originals/names.js';
import type { Original } from '../originals/originals.js';
import { damaged } from '../originals/read.js';
import { sha256 } from '../request.js';
import { ignoredOriginals } from '../session/check.js';
import type { Context } from '../session/context.js';
import { type ImageStatus, readStatus } from '../session/status.js';
import { quoted, waiting } from '../session/waiting.js';

/** A picture that goes on for a prompt that has changed. */
export interface Kept {
  address: string;
  /** What answers the present prompt now. */
  original: Original;
  /** The picture that was to be kept. Of other bytes where another image with the same prompt came first. */
  last: Original;
}

export interface KeepReport {
  kept: readonly Kept[];
  /** Images that had their picture. */
  unchanged: number;
  /** Images that never had one. */
  missing: readonly string[];
  /** By image: an invalid manifest, a damaged original, others that it waits for. */
  failed: readonly PromptImageError[];
  /** What earlier runs paid for and cannot be stored. */
  stuck: readonly PromptImageError[];
}

/**
 * Lets the last picture of stale images answer their changed prompt, too: its bytes once more, under the new key. Costs nothing
 * and asks nobody. Goes from the images that are referenced to those that reference them, since these have a key only then. One
 * image that fails does not hold up the others.
 *
 * @param addresses files, items or variants; all manifests unless given
 * @throws `CACHE_IGNORED` where git would leave them out
 */
export async function keep(context: Context, addresses?: readonly string[]): Promise<KeepReport> {
  const { config } = context;
  if (config.commit && (await originalsAreIgnored(config.git, config.originalsDir))) throw ignoredOriginals();
  // The picture of the new prompt may have been paid for already.
  const stuck = await context.purchases.recover();
  const catalog = context.open();
  const kept: Kept[] = [];
  const failed: PromptImageError[] = [];
  const missing: string[] = [];
  let unchanged = 0;
  const images = new Map((await readStatus(context, addresses, catalog)).map((image) => [image.address, image]));
  for (const address of await inOrder(catalog, [...images.keys()])) {
    try {
      const { entry, state } = await look(context, catalog, images.get(address));
      if (state.state === 'ok') unchanged += 1;
      else if (state.state === 'missing') missing.push(address);
      else kept.push({ address, last: state.last, original: await keepPicture(context, entry, state.last) });
    } catch (error) {
      if (!isFailure(error)) throw error;
      failed.push(error);
    }
  }
  return { kept, unchanged, missing, failed, stuck };
}

/** What there is, now that what it waits for had its turn. @throws `IMAGE_WAITING`, and what is wrong with it */
async function look(
  context: Context,
  catalog: Catalog,
  image: ImageStatus | undefined,
): Promise<{ entry: Entry; state: ImageState }> {
  if (image === undefined) throw new RangeError('Every image was looked at');
  if (image.state === 'invalid') throw image.error;
  if (image.state !== 'waiting') return { entry: image.entry, state: image.detail };
  const entry = await catalog.entry(image.address);
  if (entry.waitsFor) throw waiting(entry, await adviceFor(context, catalog, entry.waitsFor));
  return { entry, state: await context.stateOf(entry) };
}

/** What is referenced before what references it. */
async function inOrder(catalog: Catalog, addresses: readonly string[]): Promise<string[]> {
  const wanted = new Set(addresses);
  const ordered = new Set<string>();
  const seen = new Set<string>();
  const visit = async (address: string): Promise<void> => {
    if (seen.has(address)) return;
    seen.add(address);
    for (const other of await referencesOf(catalog, address)) await visit(other);
    if (wanted.has(address)) ordered.add(address);
  };
  for (const address of addresses) await visit(address);
  return [...ordered];
}

async function referencesOf(catalog: Catalog, address: string): Promise<readonly string[]> {
  try {
    return await catalog.referencesOf(address);
  } catch (error) {
    // Told when its turn comes.
    if (isFailure(error)) return [];
    throw error;
  }
}

/** What has to be done first: keeping what has a picture, buying what never had one. */
async function adviceFor(context: Context, catalog: Catalog, awaited: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const address of awaited) {
    const entry = await catalog.entry(address);
    const { state } = await context.stateOf(entry);
    const command = state === 'missing' ? 'generate' : 'keep';
    lines.push(`First: npx prompt-image ${command} ${quoted(address)}`);
  }
  return lines.join('\n');
}
/** Under the key's lock, like a purchase: so that there is no second picture where another process is just buying. */
async function keepPicture({ originals }: Context, entry: Entry, last: Original): Promise<Original> {
  const { signal } = new AbortController();
  return withKeyLock(originals.folder, shortKey(entry.key), signal, async () => {
    originals.refresh();
    const present = await originals.find(entry.key);
    if (present) return present;
    const bytes = await readFile(last.path);
    // It was verified when it was found, and could have changed since.
    if (sha256(bytes) !== last.record.image.sha256) throw damaged(originals.folder, last.stem, 'has just changed');
    // The tokens were used for another prompt, and are counted there.
    const { self, usage, ...record } = last.record;
    return originals.add(bytes, {
      ...record,
      key: entry.key,
      for: entry.address,
      request: entry.request,
      origin: 'kept',
      createdAt: new Date().toISOString(),
    });
  });
}
