import type { DerivedCache } from '../derivatives/cache.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import type { Retired } from '../originals/pruned.js';
import type { Context } from '../session/context.js';
import { type AdoptOptions, adopt } from './adopt.js';
import { reportCosts } from './costs.js';
import { disclose } from './disclose.js';
import { type ExportOptions, exportImage } from './export.js';
import { keep } from './keep.js';
import { listMissingAlts } from './missing-alts.js';
import { planPick } from './pick.js';
import { type DiffOptions, diffPictures } from './picture-diff.js';
import { type PruneOptions, type PrunePlan, planPrune, planPurge, prune, purge } from './prune.js';
import { planReroll, type RerollPlan, showTakes } from './reroll.js';
import { settle } from './settle.js';

/** What a person does with the pictures of a project: everything but buying them for the first time. */
export type Curation = ReturnType<typeof createCuration>;

/** @param encoder the process that decodes and encodes @param cache where its files come to lie */
export function createCuration(context: Context, encoder: EncoderOperations, cache: DerivedCache) {
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
    adopt: (options: AdoptOptions) => adopt(context, encoder, cache, options),
    export: (options: ExportOptions) => exportImage(context, options),
    costs: (addresses?: readonly string[]) => reportCosts(context, addresses),
    missingAlts: (addresses?: readonly string[]) => listMissingAlts(context, addresses),
    disclose: () => disclose(context),
    diff: (options: DiffOptions) => diffPictures(context, encoder, cache, options),
  };
}
