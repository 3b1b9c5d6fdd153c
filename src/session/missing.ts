import type { Entry } from '../catalog/entry.js';
import type { ImageState } from '../catalog/state.js';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { renderLimits } from '../purchase/budget.js';
import { costOf, renderCost } from '../purchase/price.js';

/** An image without its picture. */
export interface Gap {
  entry: Entry;
  state: Exclude<ImageState, { state: 'ok' }>;
}

/** `src/hero.image.json  missing`, or which fields changed since its last picture was bought. */
export function renderGap({ entry, state }: Gap): string {
  return `${entry.address}  ${explainTake({ entry, state }) ?? explainState(state)}`;
}

function explainState(state: Gap['state']): string {
  return state.state === 'missing' ? 'not bought yet' : `${listWords(state.changed)} changed since it was bought`;
}

/** Where the present take was never bought but others of the same prompt were: which. Somebody may have mistyped one. */
export function explainTake({ entry, state }: Gap): string | undefined {
  if (state.state !== 'stale' || !state.takes?.length) return undefined;
  return `take ${entry.image.take} was not bought; takes that exist: ${state.takes.join(', ')}`;
}

/** What buying these costs; several that want the same picture cost once. */
export function costOfGaps(gaps: readonly Gap[], { provider, prices }: ResolvedConfig): number | undefined {
  if (provider.free) return 0;
  return costOf(modelsOf(gaps), prices);
}

/** `≈ $0.10`, or for a painter of one's own that it is free. */
export function renderPrice(cost: number | undefined, { provider }: Pick<ResolvedConfig, 'provider'>): string {
  return provider.free ? `free (${provider.name})` : renderCost(cost);
}

/** What buying these costs, in words. */
export function priceOf(gaps: readonly Gap[], config: ResolvedConfig): string {
  return renderPrice(costOfGaps(gaps, config), config);
}

/** One model per picture to buy. */
export function modelsOf(gaps: readonly Gap[]): string[] {
  return [...new Map(gaps.map(({ entry }) => [entry.key, entry.request.model])).values()];
}

/** The one error that lists all images that a run may not buy, with the price and the command. */
export function missingImages(gaps: readonly Gap[], config: ResolvedConfig): PromptImageError {
  const { frozen, missing, consent } = config;
  const images = gaps.length === 1 ? '1 image has' : `${gaps.length} images have`;
  const why = frozen
    ? 'In CI and under a test runner nothing is bought.'
    : missing === 'error'
      ? "With missing: 'error', builds buy nothing."
      : consent.how;
  return new PromptImageError('IMAGE_MISSING', `${images} no picture:`, {
    next: [
      ...listGaps(gaps),
      '',
      `Buy ${gaps.length === 1 ? 'it' : 'them'} (${priceOf(gaps, config)}) and commit what arrives: npx prompt-image generate`,
      why,
    ].join('\n'),
  });
}

/** The one error that lists the images for which a run's budget was not enough. */
export function overBudget(gaps: readonly Gap[], config: ResolvedConfig): PromptImageError {
  const images = gaps.length === 1 ? '1 image is' : `${gaps.length} images are`;
  return new PromptImageError('BUDGET_EXCEEDED', `${images} over the budget of ${renderLimits(config.budget)}:`, {
    next: [
      ...listGaps(gaps),
      '',
      `Buy ${gaps.length === 1 ? 'it' : 'them'} (${priceOf(gaps, config)}): npx prompt-image generate`,
      'Or raise budget in prompt-image.config.',
    ].join('\n'),
  });
}

function listGaps(gaps: readonly Gap[]): string[] {
  return gaps.map((gap) => `  ${renderGap(gap)}`).sort();
}

function listWords(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? 'something');
}
