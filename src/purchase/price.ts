import { listPriceOf } from '../manifest/models.js';

/** US dollars for pictures of these models; `undefined` where one of them has no known price. */
export function costOf(models: readonly string[], prices: Readonly<Record<string, number>>): number | undefined {
  let cost = 0;
  for (const model of models) {
    const price = Object.hasOwn(prices, model) ? prices[model] : listPriceOf(model);
    if (price === undefined) return undefined;
    cost += price;
  }
  // Sums of tenths of cents, without what binary fractions add to them.
  return Math.round(cost * 1e6) / 1e6;
}

/** `≈ $0.10`: prices are lists', not bills. */
export function renderCost(cost: number | undefined): string {
  return cost === undefined ? 'price unknown' : `≈ $${cost.toFixed(cost < 0.1 ? 3 : 2)}`;
}
