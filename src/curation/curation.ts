import type { DerivedCache } from '../derivatives/cache.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import type { Retired } from '../originals/pruned.js';
import type { Context } from '../session/context.js';
import { keep } from './keep.js';
import { planPick } from './pick.js';
import { type PruneOptions, type PrunePlan, planPrune, planPurge, prune, purge } from './prune.js';
import { planReroll, type RerollPlan, showTakes } from './reroll.js';
import { settle } from './settle.js';

/** What a person does with the pictures of a project: everything but buying them for the first time. */
export type Curation = ReturnType<typeof createCuration>;

/** @param encoder the process that decodes and encodes @param cache where its files come to lie */
export function createCuration(context: Context, encoder: EncoderOperations, _cache: DerivedCache) {
  return {
    keep: (addresses?: readonly string[]) => keep(context, addresses),
    planReroll: (address: string, count: number) => planReroll(context, address, count),
    showTakes: (plan: RerollPlan) => showTakes(context, encoder, plan),
    planPick: (address: string, take: number | string) => planPick(context, address, take),
    settle: (address: string, hash: string) => settle(context, address, hash),
    planPrune: (options: PruneOptions) => planPrune(context, options),
    prune: (plan: PrunePlan) => prune(context, plan),
    planPurge: () => planPurge(context),
    purge: (plan: Retired) => purge(context, plan),
  };
}
