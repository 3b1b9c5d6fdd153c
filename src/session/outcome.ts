import type { Picture, WaitingEntry } from '../catalog/entry.js';
import type { ResolvedConfig } from '../config/config.js';
import { joinFailures, type PromptImageError } from '../failure.js';
import { parseAddress } from '../image/address.js';
import { type Gap, missingImages, overBudget } from './missing.js';
import { groupFailures } from './purchase-failures.js';

/** What became of the pictures of one build: counted by their keys, failed by their addresses. */
export interface Outcome {
  /** @param how `bought`: by this build */
  found: (key: string, how: 'reused' | 'bought') => void;
  draft: (picture: Picture, key: string) => void;
  /** It has no picture, and this build does not buy. */
  gap: (gap: Gap) => void;
  /** It waits for such a picture. */
  waits: (entry: WaitingEntry) => void;
  /** The budget was not enough. */
  unaffordable: (gap: Gap) => void;
  /** @param name what stands in its place when it fails again: an address, or a file with its query */
  fail: (name: string, error: PromptImageError) => void;
  /** A manifest is looked at anew. @param query of the import, if any: it fails on its own account */
  forget: (file: string, query?: string) => void;
  /** All failures so far as one error. @param file of one manifest alone */
  failure: (file?: string) => PromptImageError | undefined;
  /** `5 images: 5 reused, 0 bought` */
  receipt: () => string;
  /** Addresses that drafts stand in for. */
  drafts: () => string[];
}

/** Of an address, or of a file with its query. */
function fileOf(name: string): string {
  return parseAddress(name).file.replace(/\?.*$/, '');
}

function unique(errors: readonly PromptImageError[]): PromptImageError[] {
  return [...new Map(errors.map((error) => [error.message, error])).values()];
}

export function createOutcome(config: ResolvedConfig): Outcome {
  const reused = new Set<string>();
  const bought = new Set<string>();
  const drafts = new Map<string, string>();
  const gaps = new Map<string, Gap>();
  const waiting = new Map<string, WaitingEntry>();
  const unaffordable = new Map<string, Gap>();
  const failures = new Map<string, PromptImageError>();
  /** Of one image each, with no place in a file. */
  const failedImages = new Map<string, PromptImageError>();

  return {
    found: (key, how) => {
      if (how === 'bought') bought.add(key);
      else if (!bought.has(key)) reused.add(key);
    },
    draft: ({ address }, key) => drafts.set(address, key),
    gap: (gap) => gaps.set(gap.entry.address, gap),
    waits: (entry) => waiting.set(entry.address, entry),
    unaffordable: (gap) => unaffordable.set(gap.entry.address, gap),
    fail: (name, error) => (error.place ? failures : failedImages).set(name, error),

    forget: (file, query) => {
      failures.delete(query === undefined ? file : `${file}?${query}`);
      for (const map of [gaps, waiting, unaffordable, failures, failedImages, drafts]) {
        for (const address of map.keys()) if (parseAddress(address).file === file) map.delete(address);
      }
    },

    failure: (file) => {
      const of = <T>(failed: ReadonlyMap<string, T>): [name: string, T][] =>
        [...failed].filter(([name]) => file === undefined || fileOf(name) === file);
      const valuesOf = <T>(failed: ReadonlyMap<string, T>): T[] => of(failed).map(([, value]) => value);
      // A manifest that is imported and named by a URL may fail of the same twice.
      const all = unique(valuesOf(failures));
      all.push(...groupFailures(of(failedImages).map(([address, error]) => ({ address, error }))));
      const [missing, awaiting, tooMuch] = [valuesOf(gaps), valuesOf(waiting), valuesOf(unaffordable)];
      if (missing.length + awaiting.length > 0) all.push(missingImages(missing, awaiting, config));
      if (tooMuch.length > 0) all.push(overBudget(tooMuch, config));
      return all.length === 0 ? undefined : joinFailures(all);
    },

    receipt: () => {
      const draftKeys = new Set([...drafts.values()].filter((key) => !reused.has(key) && !bought.has(key)));
      const failed =
        unique([...failures.values()]).length + failedImages.size + gaps.size + waiting.size + unaffordable.size;
      const total = reused.size + bought.size + draftKeys.size + failed;
      const parts = [`${reused.size} reused`, `${bought.size} bought`];
      if (draftKeys.size > 0) parts.push(`${draftKeys.size} ${draftKeys.size === 1 ? 'draft' : 'drafts'}`);
      if (failed > 0) parts.push(`${failed} failed`);
      return `${total} ${total === 1 ? 'image' : 'images'}: ${parts.join(', ')}`;
    },

    drafts: () => [...drafts.keys()].sort(),
  };
}
