import type { Entry } from '../catalog/entry.js';
import { isFailure, PromptImageError, renderFailure } from '../failure.js';
import { findUnpriced, renderLimits } from '../purchase/budget.js';
import { runInOrder } from '../purchase/order.js';
import type { PurchaseEvent } from '../purchase/purchase.js';
import type { Context } from './context.js';
import { costOfGaps, type Gap, modelsOf } from './missing.js';
import { noteOf } from './notes.js';
import type { PurchaseFailure } from './purchase-failures.js';
import { readStatus } from './status.js';

/** What a purchase would do. */
export interface GeneratePlan {
  /** Images whose picture is to be bought. */
  gaps: readonly Gap[];
  /** Pictures to buy: images that share one count once. */
  count: number;
  /** US dollars, estimated; `undefined` where a model's price is not known. */
  cost: number | undefined;
  /** Images that have their picture. */
  unchanged: number;
  /** Those of them whose files the next build makes, for nothing: their `output` changed, or the cache is new. */
  reprocess: number;
  /** Images that are not asked for again: refused before, never answered, or paid for and not stored yet. */
  refused: readonly PurchaseFailure[];
  /** Images that cannot be planned: invalid manifests, damaged originals. */
  invalid: readonly PromptImageError[];
  /** What a person should know before. */
  warnings: readonly string[];
  /** More than the budget allows without asking. */
  overBudget: boolean;
}

export interface PlanOptions {
  /** All manifests unless given. */
  addresses?: readonly string[] | undefined;
  /** Whether what is paid for already is stored first, wherever it lies. */
  recover: boolean;
  /** Whether what was refused is asked for again. */
  retry?: boolean | undefined;
}

export interface ExecuteOptions {
  /** Somebody confirmed more than the budget. */
  overBudget?: boolean;
  /** What was refused is asked for again. */
  retry?: boolean;
  signal?: AbortSignal;
  onEvent?: (event: ProgressEvent) => void;
}

/** What happens while a plan is executed. */
export type ProgressEvent = PurchaseEvent | { type: 'failed'; address: string; error: PromptImageError };

export interface GenerateReport {
  /** Addresses whose picture was bought. */
  bought: readonly string[];
  failed: readonly PurchaseFailure[];
  /** Things to know about what was bought: other ratios than asked for, calls that may have been billed twice. */
  notes: readonly string[];
}

export async function planPurchases(
  context: Context,
  { addresses, recover, retry = false }: PlanOptions,
): Promise<GeneratePlan> {
  // Somebody asks: what failed before and may have passed is tried again.
  context.purchases.forgetFailures();
  const stuck = recover ? await context.purchases.recover() : [];
  const images = await readStatus(context, addresses);
  const gaps: Gap[] = [];
  const refused: PurchaseFailure[] = [];
  const invalid: PromptImageError[] = [];
  const doubts: string[] = [];
  let reprocess = 0;
  for (const image of images) {
    if (image.state === 'invalid') invalid.push(image.error);
    else if (image.detail.state === 'ok') {
      if (!context.publisher.original(image.entry, image.detail.original).isMade()) reprocess += 1;
    } else if (recover && (await context.purchases.restore(image.entry))) reprocess += 1;
    else if (image.failure && !retry) refused.push({ address: image.address, error: image.failure });
    else {
      gaps.push({ entry: image.entry, state: image.detail });
      if (image.note !== undefined) doubts.push(`${image.address}: ${image.note}`);
    }
  }
  const plan = await planOf(context, gaps);
  return {
    ...plan,
    refused,
    invalid,
    reprocess,
    warnings: [...stuck.map(renderFailure), ...doubts, ...plan.warnings],
    unchanged: images.length - gaps.length - refused.length - invalid.length,
  };
}

/** What buying these pictures would do. */
export async function planOf(context: Context, gaps: readonly Gap[]): Promise<GeneratePlan> {
  const models = modelsOf(gaps);
  return {
    gaps,
    count: models.length,
    cost: costOfGaps(gaps, context.config),
    unchanged: 0,
    reprocess: 0,
    refused: [],
    invalid: [],
    warnings: warningsOf(context, gaps),
    overBudget: await context.startRun('command').wouldExceed(models),
  };
}

function warningsOf({ config: { consent } }: Context, gaps: readonly Gap[]): string[] {
  return [
    ...consent.warnings,
    ...(gaps.length > 0 && consent.keyless !== undefined ? [consent.keyless] : []),
    ...new Set(gaps.flatMap(({ entry }) => entry.warnings)),
  ];
}

/**
 * Buys what a plan says. One failed image never loses the others.
 *
 * @throws `BUDGET_EXCEEDED` before anything is bought, unless more was confirmed
 */
export async function executePlan(
  context: Context,
  { gaps }: Pick<GeneratePlan, 'gaps'>,
  { overBudget = false, retry, signal, onEvent }: ExecuteOptions = {},
): Promise<GenerateReport> {
  const run = context.startRun('command');
  if (overBudget) run.lift();
  else if (await run.wouldExceed(modelsOf(gaps))) throw tooMuch(context, modelsOf(gaps));
  const bought: string[] = [];
  const notes: string[] = [];
  const stop = context.onPurchase((event) => {
    const note = noteOf(event);
    if (note !== undefined) notes.push(note);
    onEvent?.(event);
  });
  // By key, too: several takes of an image are bought at once.
  const idOf = ({ address, key }: Entry) => `${address} ${key}`;
  const tasks = gaps.map(({ entry }) => {
    const buy = async () => {
      try {
        const purchase = await context.purchases.buy(entry, { run, signal, retry });
        if (purchase.bought) bought.push(entry.address);
      } catch (thrown) {
        const error = failureOf(thrown);
        onEvent?.({ type: 'failed', address: entry.address, error });
        throw error;
      }
    };
    // No image waits for another yet.
    return [idOf(entry), { after: [], run: buy }] as const;
  });
  try {
    const failures = await runInOrder(new Map(tasks));
    const failed = gaps.flatMap(({ entry }) => {
      const id = idOf(entry);
      return failures.has(id) ? [{ address: entry.address, error: failures.get(id) as PromptImageError }] : [];
    });
    return { bought: bought.sort(), failed, notes };
  } finally {
    stop();
    await run.end();
  }
}

function tooMuch({ config: { budget, prices } }: Context, models: readonly string[]): PromptImageError {
  const unpriced = findUnpriced(models, budget, prices);
  const images = models.length === 1 ? '1 image is' : `${models.length} images are`;
  const others = models.length <= budget.maxImages ? ', together with what other runs are buying now' : '';
  const what = unpriced?.what ?? `${images} over the budget of ${renderLimits(budget)}${others}`;
  const next = unpriced?.next ?? 'Confirm with --yes, or raise budget in prompt-image.config.';
  return new PromptImageError('BUDGET_EXCEEDED', what, { next: `Nothing was bought. ${next}` });
}

/** Why a purchase failed. @throws what is no failure of a purchase */
export function failureOf(error: unknown): PromptImageError {
  if (isFailure(error)) return error;
  // What waits for its turn or for another attempt is stopped by an error of the platform's, of several classes.
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  return new PromptImageError('ABORTED', 'stopped before it was asked for', { cause: error });
}
