import { PromptImageError } from '../failure.js';
import { costOf } from './price.js';

export interface BudgetLimits {
  /** Pictures that one process may buy. */
  maxImages: number;
  /** US dollars that one process may spend, by estimate; a model without a known price is then not bought. */
  maxCost?: number | undefined;
}

/** What a process may still spend. */
export interface Budget {
  /** @throws `BUDGET_EXCEEDED` */
  reserve: (model: string) => void;
  /** Someone confirmed more: the next purchases are not limited. */
  lift: () => void;
  /** Whether buying these models would go over. */
  wouldExceed: (models: readonly string[]) => boolean;
}

/** `25 images or $3` */
export function renderLimits({ maxImages, maxCost }: BudgetLimits): string {
  return `${maxImages} images${maxCost === undefined ? '' : ` or $${maxCost}`}`;
}

/** @param spent models of the calls so far; added to */
export function createBudget(limits: BudgetLimits, prices: Readonly<Record<string, number>>, spent: string[]): Budget {
  let lifted = false;
  const exceeds = (models: readonly string[]) => {
    const all = [...spent, ...models];
    if (all.length > limits.maxImages) return true;
    return limits.maxCost !== undefined && (costOf(all, prices) ?? Number.POSITIVE_INFINITY) > limits.maxCost;
  };
  return {
    wouldExceed: (models) => !lifted && exceeds(models),
    lift: () => {
      lifted = true;
    },
    reserve: (model) => {
      if (!lifted && exceeds([model])) {
        throw new PromptImageError('BUDGET_EXCEEDED', `the budget of ${renderLimits(limits)} is used up`, {
          next: 'Run: npx prompt-image generate (it asks), or raise budget in prompt-image.config.',
        });
      }
      spent.push(model);
    },
  };
}
