import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Entry, WaitingEntry } from '../catalog/entry.js';
import { findOtherTakes } from '../catalog/takes.js';
import { isFailure, PromptImageError } from '../failure.js';
import { originalsAreIgnored } from '../files/git.js';
import { parseAddress } from '../image/address.js';
import { finishRetiring, listRetired, purgeRetired, type Retired, retire } from '../originals/pruned.js';
import type { OriginalRecord } from '../originals/record.js';
import type { Context } from '../session/context.js';
import { selectPictures } from '../session/select.js';

/** An original that no manifest uses. */
export interface Unused {
  stem: string;
  record: OriginalRecord;
  /** Whether it is another take of an image that there is. */
  isTake: boolean;
  /** Whether git has it, too. */
  isTracked: boolean;
}

export interface PruneOptions {
  takes: boolean;
  finish: boolean;
}

export interface PrunePlan {
  unused: readonly Unused[];
  /** Originals that stay. */
  kept: number;
  /** Other takes among them. */
  takes: number;
  /** Originals that cannot be read: they are left alone. */
  damaged: readonly PromptImageError[];
}

/**
 * Finds the originals that no manifest uses. Used is what answers a manifest's prompt, each of several that do, and the last
 * picture of an image whose prompt has changed. Changes nothing but what an earlier run began.
 *
 * @param options.takes whether other takes of an image are unused, too
 * @param options.finish whether what a run left half moved is moved first
 * @throws `PRUNE_REFUSED` without manifests, `SEVERAL` or one's failure where a manifest cannot be read, `CACHE_CORRUPT` where the
 * folder cannot be listed: nobody knows then what is used
 */
export async function planPrune(context: Context, { takes, finish }: PruneOptions): Promise<PrunePlan> {
  const { originals, config } = context;
  const entries = await readEntries(context);
  const used = await usedKeys(context, entries);
  if (finish) {
    const digits = new Set([...used].map((key) => key.slice(0, 16)));
    await finishRetiring(originals.folder, (key16) => digits.has(key16));
    originals.refresh();
  }
  const isKept = config.git.top !== undefined && !(await originalsAreIgnored(config.git, originals.folder));
  const untracked = new Set(await config.git.untracked(originals.folder));
  const unused: Unused[] = [];
  const damaged: PromptImageError[] = [];
  const plan = { kept: 0, takes: 0 };
  const isOtherTake = findOtherTakes(entries);
  const scanned = new Set(entries.map(({ address }) => parseAddress(address).file));
  // A manifest that `include` does not match can be imported all the same.
  const isLeftOut = (address: string) => {
    const { file } = parseAddress(address);
    return !scanned.has(file) && existsSync(join(config.root, file));
  };
  for (const stem of await originals.stems()) {
    try {
      const { record, path } = await originals.read(stem);
      const isTake = !used.has(record.key) && isOtherTake(record);
      if (isTake) plan.takes += Number(!takes);
      if (used.has(record.key) || (isTake && !takes) || isLeftOut(record.for)) plan.kept += 1;
      else
        unused.push({
          stem,
          record,
          isTake,
          isTracked: isKept && !untracked.has(basename(path)),
        });
    } catch (error) {
      if (!isFailure(error)) throw error;
      damaged.push(error);
    }
  }
  return { ...plan, unused, damaged };
}

/** Every manifest, or none: a picture must not look unused because the manifest that uses it cannot be read. */
async function readEntries(context: Context): Promise<(Entry | WaitingEntry)[]> {
  const catalog = context.open();
  const entries: (Entry | WaitingEntry)[] = [];
  const failures: PromptImageError[] = [];
  for (const address of await selectPictures(context, catalog)) {
    try {
      entries.push(await catalog.entry(address));
    } catch (error) {
      if (!isFailure(error)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw new PromptImageError('SEVERAL', 'Nothing is pruned, because it is not known what these use:', {
      errors: failures,
    });
  }
  if (entries.length > 0) return entries;
  throw new PromptImageError('PRUNE_REFUSED', 'there is no manifest here, so every original would look unused', {
    next: 'Look at root, include and exclude in prompt-image.config. What really is not wanted can be deleted by hand.',
  });
}

async function usedKeys({ stateOf }: Context, entries: readonly (Entry | WaitingEntry)[]): Promise<Set<string>> {
  const used = new Set<string>();
  for (const entry of entries) {
    if (!entry.waitsFor) used.add(entry.key);
    try {
      const state = await stateOf(entry);
      if ('last' in state && state.last) used.add(state.last.record.key);
    } catch (error) {
      // Its original is there and damaged, so no other picture stands in for it.
      if (!isFailure(error)) throw error;
    }
  }
  return used;
}

/** Moves what a plan names to `.local/pruned`. */
export async function prune({ originals }: Context, { unused }: Pick<PrunePlan, 'unused'>): Promise<void> {
  for (const { stem } of unused) await retire(originals.folder, stem);
  originals.refresh();
}

/** What is in `.local/pruned`. */
export function planPurge({ originals }: Context): Promise<Retired> {
  return listRetired(originals.folder);
}

/** Deletes it for good. */
export async function purge({ originals }: Context, plan: Retired): Promise<void> {
  await purgeRetired(originals.folder, plan);
}
