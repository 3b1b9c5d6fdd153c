import { PromptImageError } from '../failure.js';
import {
  costOfGaps,
  type GeneratePlan,
  type GenerateReport,
  groupFailures,
  type Project,
  type PurchaseFailure,
  renderLimits,
} from '../project.js';
import { type Progress, showProgress } from './progress.js';
import { confirm, counted, isInteractive, printFailure, printWarnings, styled } from './terminal.js';

export interface PurchaseOptions {
  /** Somebody said yes to more than the budget. */
  overBudget: boolean;
  /** What was refused is asked for again. @default false */
  retry?: boolean;
  /** stdout belongs to a document: what is going on is told on stderr. */
  json: boolean;
}

/**
 * Asks for more than the budget where a plan is over it.
 *
 * @returns whether more was agreed to; where there is nobody to ask, the purchase says that it is too much.
 * `undefined`: somebody said no, and there is nothing more to say
 */
export async function agreeToCost(
  { config: { budget } }: Project,
  { overBudget }: GeneratePlan,
  { yes = false, json }: { yes?: boolean | undefined; json: boolean },
): Promise<boolean | undefined> {
  if (yes || !overBudget || json || !isInteractive()) return yes;
  if (await confirm(`That is over the budget of ${renderLimits(budget)}. Buy all the same?`)) return true;
  console.log(styled('bold', 'Nothing was bought.'));
  process.exitCode = 1;
  return undefined;
}

/** Buys what a plan says and shows how it goes. The first Ctrl-C starts nothing more and waits for what is paid for. */
export async function purchase(
  project: Project,
  plan: GeneratePlan,
  { json, ...options }: PurchaseOptions,
): Promise<GenerateReport> {
  const progress = showProgress(plan, project, json ? process.stderr : process.stdout);
  const interrupt = stopOnInterrupt(progress);
  try {
    return await project.execute(plan, { ...options, signal: interrupt.signal, onEvent: progress.onEvent });
  } finally {
    interrupt.end();
    progress.end();
  }
}

/** US dollars for what was bought, by estimate; `null` where the price is not known. */
export function costOfReport(
  { bought }: GenerateReport,
  { gaps, waiting }: GeneratePlan,
  { config }: Project,
): number | null {
  const addresses = new Set(bought);
  return (
    costOfGaps(
      gaps.filter(({ entry }) => addresses.has(entry.address)),
      config,
      waiting.filter(({ address }) => addresses.has(address)),
    ) ?? null
  );
}

/** What a JSON document says of why a picture is stale. */
export function changesOf(state: GeneratePlan['gaps'][number]['state']): { changed?: string[]; causes?: string[] } {
  if (state.state === 'missing') return {};
  return { changed: [...state.changed], ...(state.causes.length > 0 ? { causes: [...state.causes] } : {}) };
}

/** Why pictures were not bought, each at its manifest. */
export function located(failures: readonly PurchaseFailure[]): PromptImageError[] {
  return failures.map(
    ({ address, error: { code, what, next } }) => new PromptImageError(code, what, { place: { file: address }, next }),
  );
}

export function printReport(
  { bought, failed, notes }: GenerateReport,
  { unchanged }: GeneratePlan,
  { config }: Project,
): void {
  // Of what Ctrl-C has stopped, the number says enough.
  const failures = failed.filter(({ error }) => error.code !== 'ABORTED');
  const stopped = failed.length - failures.length;
  for (const error of groupFailures(failures)) {
    console.error();
    printFailure(error);
  }
  printWarnings(notes);
  const commit = bought.length > 0 && config.commit ? ' Commit what arrived.' : '';
  const rest = stopped > 0 ? `${stopped} stopped, ` : '';
  const counts = `${counted(bought.length, 'image')} bought, ${failures.length} failed, ${rest}${unchanged} unchanged.`;
  console.log(styled('bold', `${counts}${commit}`));
}

/** The first Ctrl-C aborts, the second ends the process at once. */
function stopOnInterrupt({ end }: Progress): { signal: AbortSignal; end: () => void } {
  const stopping = new AbortController();
  const onInterrupt = () => {
    if (stopping.signal.aborted) process.exit(130);
    end();
    console.error('\nStopping: what is under way is still stored. Press Ctrl-C again to end now.');
    stopping.abort();
  };
  process.on('SIGINT', onInterrupt);
  return { signal: stopping.signal, end: () => process.off('SIGINT', onInterrupt) };
}
