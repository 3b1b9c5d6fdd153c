import type { DerivedCache } from '../derivatives/cache.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import type { Context } from '../session/context.js';
import { type AdoptOptions, adopt } from './adopt.js';
import { reportCosts } from './costs.js';
import { disclose } from './disclose.js';
import { type ExportOptions, exportImage } from './export.js';
import { listMissingAlts } from './missing-alts.js';
import { type DiffOptions, diffPictures } from './picture-diff.js';

/** What a person does with the pictures of a project: everything but buying them for the first time. */
export type Curation = ReturnType<typeof createCuration>;

/** @param encoder the process that decodes and encodes @param cache where its files come to lie */
export function createCuration(context: Context, encoder: EncoderOperations, cache: DerivedCache) {
  return {
    adopt: (options: AdoptOptions) => adopt(context, encoder, cache, options),
    export: (options: ExportOptions) => exportImage(context, options),
    costs: (addresses?: readonly string[]) => reportCosts(context, addresses),
    missingAlts: (addresses?: readonly string[]) => listMissingAlts(context, addresses),
    disclose: () => disclose(context),
    diff: (options: DiffOptions) => diffPictures(context, encoder, cache, options),
  };
}
