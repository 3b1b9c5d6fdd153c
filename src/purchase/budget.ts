import { PromptImageError } from '../failure.js';
import { countCalls, type Ledger, type LedgerState, PAST_DEV, type RunKind } from './ledger.js';
import { costOf } from './price.js';

export interface BudgetLimits {
  /** Pictures that a run may buy: a command, a build, or all dev servers of a root in 24 hours. */
  maxImages: number;
  /** US dollars that it may spend, by estimate; a model without a known price is then not bought. */
  maxCost?: number | undefined;
}

/** Something that spends: a command, a build or a dev server. It leaves no trace until it asks for the first picture. */
export interface Run {
  /**
   * Counts a call before it is made.
   *
   * @returns takes it back, for a call that was certainly not billed
   * @throws `BUDGET_EXCEEDED`
   */
  reserve: (model: string) => Promise<() => Promise<void>>;
  /** Whether buying these models would go over. */
  wouldExceed: (models: readonly string[]) => Promise<boolean>;
  /** Somebody confirmed more: the next purchases are not limited. */
  lift: () => void;
  /** It spends no more. */
  end: () => Promise<void>;
}

/** `25 images or $3` */
export function renderLimits({ maxImages, maxCost }: BudgetLimits): string {
  return `${maxImages} images${maxCost === undefined ? '' : ` or $${maxCost}`}`;
}

/** @param prices of the project, which win over list prices */
export function startRun(
  ledger: Ledger,
  kind: RunKind,
  limits: BudgetLimits,
  prices: Readonly<Record<string, number>>,
): Run {
  let entered: ReturnType<Ledger['enter']> | undefined;
  let lifted = false;

  const enter = () => {
    const { maxImages, maxCost } = limits;
    entered ??= ledger.enter({ kind, maxImages, ...(maxCost === undefined ? {} : { maxCost }) });
    entered.catch(() => {
      entered = undefined;
    });
    return entered;
  };

  /** @returns the limits that these calls would go over */
  const exceeded = (
    state: LedgerState,
    id: string | undefined,
    models: readonly string[],
  ): BudgetLimits | undefined => {
    if (lifted) return undefined;
    const own = callsOf(state, (run) => run === id || (kind === 'dev' && isDev(state, run)));
    if (isOver([...own, ...models], limits, prices)) return limits;
    // Together with all that goes on at once, within the smallest of their limits.
    const others = Object.entries(state.runs).filter(([other, run]) => other !== id && !run.lifted);
    const together = callsOf(state, (run) => run === id || others.some(([other]) => other === run));
    return [limits, ...others.map(([, run]) => run)].find((each) => isOver([...together, ...models], each, prices));
  };

  return {
    reserve: async (model) => {
      const { id } = await enter();
      await ledger.update((state) => {
        const run = state.runs[id];
        if (run && lifted) run.lifted = true;
        const limit = exceeded(state, id, [model]);
        if (limit) throw exhausted(limit, model, prices);
        countCalls(state, id, model, 1);
      });
      return () => ledger.update((state) => countCalls(state, id, model, -1));
    },
    wouldExceed: async (models) =>
      models.length > 0 && exceeded(await ledger.read(), (await entered)?.id, models) !== undefined,
    lift: () => {
      lifted = true;
    },
    end: async () => {
      const run = await entered;
      entered = undefined;
      await run?.leave();
    },
  };
}

function isDev({ runs }: LedgerState, run: string): boolean {
  return run === PAST_DEV || (runs[run]?.kind === 'dev' && !runs[run].lifted);
}

/** The models of calls, one for each call. */
function callsOf({ calls }: LedgerState, isWanted: (run: string) => boolean): string[] {
  return calls.flatMap(({ run, model, count }) => (isWanted(run) ? Array<string>(count).fill(model) : []));
}

function isOver(
  models: readonly string[],
  { maxImages, maxCost }: BudgetLimits,
  prices: Readonly<Record<string, number>>,
) {
  if (models.length > maxImages) return true;
  return maxCost !== undefined && (costOf(models, prices) ?? Number.POSITIVE_INFINITY) > maxCost;
}

function exhausted(limits: BudgetLimits, model: string, prices: Readonly<Record<string, number>>): PromptImageError {
  const unpriced = findUnpriced([model], limits, prices);
  return new PromptImageError('BUDGET_EXCEEDED', unpriced?.what ?? `the budget of ${renderLimits(limits)} is used up`, {
    next: unpriced?.next ?? 'Run: npx prompt-image generate (it asks), or raise budget in prompt-image.config.',
  });
}

/** What to say where a budget in dollars cannot be kept, because nobody knows what a model costs. */
export function findUnpriced(
  models: readonly string[],
  { maxCost }: BudgetLimits,
  prices: Readonly<Record<string, number>>,
): { what: string; next: string } | undefined {
  const model = maxCost === undefined ? undefined : models.find((each) => costOf([each], prices) === undefined);
  if (model === undefined) return undefined;
  return {
    what: `the price of ${model} is not known, so a budget of $${maxCost} cannot be kept`,
    next: `Name it in prompt-image.config: prices: { ${JSON.stringify(model)}: 0.05 }, in dollars a picture.`,
  };
}
