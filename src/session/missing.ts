import type { Entry, WaitingEntry } from '../catalog/entry.js';
import type { MissingState, StaleState } from '../catalog/state.js';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { renderLimits } from '../purchase/budget.js';
import { costOf, renderCost } from '../purchase/price.js';

/** An image without its picture. */
export interface Gap {
  entry: Entry;
  state: MissingState | StaleState;
}

/** `src/hero.image.json  not bought yet`, or which fields changed since its last picture was bought, and because of what. */
export function renderGap(gap: Gap): string {
  return `${gap.entry.address}  ${explainGap(gap)}`;
}

/** `src/night.image.json  waits for src/day.image.json` */
export function renderWaiting({ address, waitsFor }: WaitingEntry): string {
  return `${address}  waits for ${listWords(waitsFor)}`;
}

export function explainGap(gap: Gap): string {
  const { state } = gap;
  if (state.state === 'missing') return 'not bought yet';
  const causes = state.causes.length > 0 ? `, because of ${listWords(state.causes)}` : '';
  return explainTake(gap) ?? `${listWords(state.changed)} changed since it was bought${causes}`;
}

/** Where the present take was never bought but others of the same prompt were: which. Somebody may have mistyped one. */
function explainTake({ entry, state }: Gap): string | undefined {
  if (state.state !== 'stale' || !state.takes?.length) return undefined;
  return `take ${entry.image.take} was not bought; takes that exist: ${state.takes.join(', ')}`;
}

/** What buying these costs, with what may follow from it; several that want the same picture cost once. */
export function costOfGaps(
  gaps: readonly Gap[],
  { provider, prices }: ResolvedConfig,
  waiting: readonly WaitingEntry[] = [],
): number | undefined {
  return provider.free ? 0 : costOf([...modelsOf(gaps), ...modelsOfWaiting(waiting)], prices);
}

/** `≈ $0.10`, or for a painter of one's own that it is free. */
export function renderPrice(cost: number | undefined, { provider }: Pick<ResolvedConfig, 'provider'>): string {
  return provider.free ? `free (${provider.name})` : renderCost(cost);
}

/** What buying these costs, in words; with those that wait, what it may come to. */
export function priceOf(gaps: readonly Gap[], waiting: readonly WaitingEntry[], config: ResolvedConfig): string {
  const price = renderPrice(costOfGaps(gaps, config), config);
  if (waiting.length === 0 || config.provider.free) return price;
  return `${price}, up to ${renderCost(costOfGaps(gaps, config, waiting))}`;
}

/** One model per picture to buy. */
export function modelsOf(gaps: readonly Gap[]): string[] {
  return [...new Map(gaps.map(({ entry }) => [entry.key, entry.request.model])).values()];
}

/** One model per picture that may have to be bought. */
export function modelsOfWaiting(waiting: readonly WaitingEntry[]): string[] {
  return waiting.map(({ image }) => image.model);
}

/** The one error that lists all images that a run may not buy, with the price and the command. */
export function missingImages(
  gaps: readonly Gap[],
  waiting: readonly WaitingEntry[],
  config: ResolvedConfig,
): PromptImageError {
  const { frozen, missing, consent } = config;
  const count = gaps.length + waiting.length;
  const images = count === 1 ? '1 image has' : `${count} images have`;
  const why = frozen
    ? 'In CI, in Bun and under a test runner nothing is bought.'
    : missing === 'error'
      ? "With missing: 'error', builds buy nothing."
      : consent.how;
  return new PromptImageError('IMAGE_MISSING', `${images} no picture:`, {
    next: [
      ...[...gaps.map(renderGap), ...waiting.map(renderWaiting)].sort().map((line) => `  ${line}`),
      '',
      `Buy ${count === 1 ? 'it' : 'them'} (${priceOf(gaps, waiting, config)}) and commit what arrives: npx prompt-image generate`,
      why,
    ].join('\n'),
  });
}

/** The one error that lists the images for which a run's budget was not enough. */
export function overBudget(gaps: readonly Gap[], config: ResolvedConfig): PromptImageError {
  const images = gaps.length === 1 ? '1 image is' : `${gaps.length} images are`;
  return new PromptImageError('BUDGET_EXCEEDED', `${images} over the budget of ${renderLimits(config.budget)}:`, {
    next: [
      ...gaps.map((gap) => `  ${renderGap(gap)}`).sort(),
      '',
      `Buy ${gaps.length === 1 ? 'it' : 'them'} (${priceOf(gaps, [], config)}): npx prompt-image generate`,
      'Or raise budget in prompt-image.config.',
    ].join('\n'),
  });
}

function listWords(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : (words[0] ?? 'something');
}
