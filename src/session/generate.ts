import type { Entry } from '../catalog/entry.js';
import { isFailure, PromptImageError } from '../failure.js';
import { IS_BUN } from '../files/runtime.js';
import { findUnpriced, type Run, renderLimits } from '../purchase/budget.js';
import { runInOrder, type Task } from '../purchase/order.js';
import type { PurchaseEvent } from '../purchase/purchase.js';
import type { Context } from './context.js';
import { modelsOf, modelsOfWaiting } from './missing.js';
import { noteOf } from './notes.js';
import type { GeneratePlan } from './plan.js';
import type { PurchaseFailure } from './purchase-failures.js';

export interface ExecuteOptions {
  /** Somebody confirmed more than the budget. */
  overBudget?: boolean;
  /** What was refused is asked for again. */
  retry?: boolean | undefined;
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

/** The pictures to buy, and those that may follow from them. */
export type Purchasable = Pick<GeneratePlan, 'gaps' | 'waiting'>;

/**
 * Buys what a plan says, each picture after those that it references. One failed image never loses the others.
 *
 * @throws `BUDGET_EXCEEDED` before anything is bought, unless more was confirmed; `PURCHASE_FROZEN` in Bun
 */
export async function executePlan(
  context: Context,
  plan: Purchasable,
  { overBudget = false, ...options }: ExecuteOptions = {},
): Promise<GenerateReport> {
  if (IS_BUN && plan.gaps.length + plan.waiting.length > 0) throw inBun();
  const run = context.startRun('command');
  if (overBudget) run.lift();
  else await refuseTooMuch(context, plan, run);
  const notes: string[] = [];
  const stop = context.onPurchase((event) => {
    const note = noteOf(event);
    if (note !== undefined) notes.push(note);
    options.onEvent?.(event);
  });
  try {
    return { ...(await buyInOrder(context, plan, run, options)), notes };
  } finally {
    stop();
    await run.end();
  }
}

function inBun(): PromptImageError {
  return new PromptImageError(
    'PURCHASE_FROZEN',
    'in Bun nothing is bought: it does not judge connections as Node does',
    {
      next: 'Run it with Node: npx prompt-image generate',
    },
  );
}

/** @param run who spends */
export async function buyInOrder(
  context: Context,
  { gaps, waiting }: Purchasable,
  run: Run,
  { retry, signal, onEvent }: Omit<ExecuteOptions, 'overBudget'> = {},
): Promise<Pick<GenerateReport, 'bought' | 'failed'>> {
  const bought: string[] = [];
  const failed: PurchaseFailure[] = [];
  const buy = async (entry: Entry) => {
    const purchase = await context.purchases.buy(entry, { run, signal, retry });
    if (purchase.bought) bought.push(entry.address);
  };
  const telling = (address: string, work: () => Promise<void>) => async () => {
    try {
      await work();
    } catch (thrown) {
      const error = failureOf(thrown);
      failed.push({ address, error });
      onEvent?.({ type: 'failed', address, error });
    }
  };
  // By key, too: several takes of an image are bought at once.
  const tasks = new Map<string, Task>();
  const ids = new Map<string, string[]>();
  for (const { entry } of gaps) {
    const id = `${entry.address} ${entry.key}`;
    ids.set(entry.address, [...(ids.get(entry.address) ?? []), id]);
    tasks.set(id, { after: [], run: telling(entry.address, () => buy(entry)) });
  }
  for (const { address } of waiting) ids.set(address, [address]);
  for (const { address, waitsFor } of waiting) {
    const after = waitsFor.flatMap((other) => ids.get(other) ?? []);
    tasks.set(address, { after, run: telling(address, () => buyWaiting(context, address, buy, signal)) });
  }
  const [thrown] = (await runInOrder(tasks)).values();
  if (thrown !== undefined) throw thrown;
  const order = [...gaps.map(({ entry }) => entry.address), ...waiting.map(({ address }) => address)];
  failed.sort((a, b) => order.indexOf(a.address) - order.indexOf(b.address));
  return { bought: bought.sort(), failed };
}

/** Once what it waited for is over: now it is known what is to be asked for, or never will be. */
async function buyWaiting(
  context: Context,
  address: string,
  buy: (entry: Entry) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const entry = await context.open().entry(address);
  if (entry.waitsFor) {
    throw new PromptImageError('IMAGE_WAITING', `waits for ${entry.waitsFor.join(', ')}, which was not bought`);
  }
  if ((await context.stateOf(entry)).state !== 'ok') await buy(entry);
}

async function refuseTooMuch({ config }: Context, { gaps, waiting }: Purchasable, run: Run): Promise<void> {
  const { budget, prices } = config;
  const models = [...modelsOf(gaps), ...modelsOfWaiting(waiting)];
  if (!(await run.wouldExceed(models))) return;
  const unpriced = findUnpriced(models, budget, prices);
  const images = models.length === 1 ? '1 image is' : `${models.length} images are`;
  const others = models.length <= budget.maxImages ? ', together with what other runs are buying now' : '';
  const what = unpriced?.what ?? `${images} over the budget of ${renderLimits(budget)}${others}`;
  const next = unpriced?.next ?? 'Confirm with --yes, or raise budget in prompt-image.config.';
  throw new PromptImageError('BUDGET_EXCEEDED', what, { next: `Nothing was bought. ${next}` });
}

/** Why a purchase failed. @throws what is no failure of a purchase */
export function failureOf(error: unknown): PromptImageError {
  if (isFailure(error)) return error;
  // What waits for its turn or for another attempt is stopped by an error of the platform's, of several classes.
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  return new PromptImageError('ABORTED', 'stopped before it was asked for', { cause: error });
}
