import { isFailure, PromptImageError, renderFailure } from '../failure.js';
import { renderLimits } from '../purchase/budget.js';
import type { PurchaseEvent } from '../purchase/purchase.js';
import type { Context } from './context.js';
import { costOfGaps, type Gap, modelsOf } from './missing.js';
import { noteOf } from './notes.js';
import type { PurchaseFailure } from './purchase-failures.js';
import { readStatus } from './status.js';

/** What a purchase would do. */
export interface GeneratePlan {
  /** Images without their picture. */
  gaps: readonly Gap[];
  /** Pictures to buy: images that share one count once. */
  count: number;
  /** US dollars, estimated; `undefined` where a model's price is not known. */
  cost: number | undefined;
  /** Images that have their picture. */
  unchanged: number;
  /** Those of them whose files the next build makes, for nothing: their `output` changed, or the cache is new. */
  reprocess: number;
  /** Images that cannot be planned: invalid manifests, damaged originals. */
  invalid: readonly PromptImageError[];
  /** What a person should know before. */
  warnings: readonly string[];
  /** More than the budget allows without asking. */
  overBudget: boolean;
}

export interface GenerateReport {
  /** Addresses whose picture was bought. */
  bought: readonly string[];
  failed: readonly PurchaseFailure[];
  /** Things to know about what was bought: other ratios than asked for, calls that may have been billed twice. */
  notes: readonly string[];
}

/**
 * @param addresses all manifests unless given
 * @param recover whether what other runs paid for is stored first
 */
export async function planPurchases(
  context: Context,
  { addresses, recover }: { addresses?: readonly string[] | undefined; recover: boolean },
): Promise<GeneratePlan> {
  const stuck = recover ? await context.purchases.recover() : [];
  const images = await readStatus(context, addresses);
  const gaps: Gap[] = [];
  const invalid: PromptImageError[] = [];
  let reprocess = 0;
  for (const image of images) {
    if (image.state === 'invalid') invalid.push(image.error);
    else if (image.detail.state !== 'ok') gaps.push({ entry: image.entry, state: image.detail });
    else if (!context.publisher.original(image.entry, image.detail.original).isMade()) reprocess += 1;
  }
  const models = modelsOf(gaps);
  const { keyless } = context.config.consent;
  return {
    warnings: [
      ...stuck.map(renderFailure),
      ...context.config.consent.warnings,
      ...(models.length > 0 && keyless !== undefined ? [keyless] : []),
      ...new Set(gaps.flatMap(({ entry }) => entry.warnings)),
    ],
    gaps,
    invalid,
    count: models.length,
    cost: costOfGaps(gaps, context.config),
    unchanged: images.length - gaps.length - invalid.length,
    reprocess,
    overBudget: context.budget.wouldExceed(models),
  };
}

/**
 * Buys what a plan says. One failed image never loses the others.
 *
 * @throws `BUDGET_EXCEEDED` before anything is bought, unless the budget was lifted
 */
export async function executePlan(
  context: Context,
  { gaps }: GeneratePlan,
  options: { signal?: AbortSignal; onEvent?: (event: PurchaseEvent) => void } = {},
): Promise<GenerateReport> {
  if (context.budget.wouldExceed(modelsOf(gaps))) {
    const limit = renderLimits(context.config.budget);
    throw new PromptImageError('BUDGET_EXCEEDED', `${modelsOf(gaps).length} images are over the budget of ${limit}`, {
      next: 'Nothing was bought. Confirm with --yes, or raise budget in prompt-image.config.',
    });
  }
  // Somebody asks: what failed before may be tried again.
  context.purchases.forgetFailures();
  const bought: string[] = [];
  const failed: PurchaseFailure[] = [];
  const notes: string[] = [];
  const stop = context.onPurchase((event) => {
    const note = noteOf(event);
    if (note !== undefined) notes.push(note);
    options.onEvent?.(event);
  });
  try {
    await Promise.all(
      gaps.map(async ({ entry }) => {
        try {
          const purchase = await context.purchases.buy(entry, options.signal);
          if (purchase.bought) bought.push(entry.address);
        } catch (error) {
          failed.push({ address: entry.address, error: failureOf(error) });
        }
      }),
    );
  } finally {
    stop();
  }
  return { bought: bought.sort(), failed, notes };
}

/** Why a purchase failed. @throws what is no failure of a purchase */
export function failureOf(error: unknown): PromptImageError {
  if (isFailure(error)) return error;
  // What waits for its turn or for another attempt is stopped by an error of the platform's, of several classes.
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  return new PromptImageError('ABORTED', 'stopped before it was asked for', { cause: error });
}
