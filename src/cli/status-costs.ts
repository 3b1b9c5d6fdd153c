import * as z from 'zod';
import { type Project, renderCost, type Spend } from '../project.js';
import { documentShape, errorSchema, jsonErrors, printJson } from './json.js';
import { selectAddresses } from './project.js';
import { counted, printFailure, styled } from './terminal.js';

const spend = z.strictObject({
  name: z.string(),
  pictures: z.int(),
  /** US dollars by estimate, for the pictures whose price is known. */
  cost: z.number(),
  /** Pictures without a known price. */
  unpriced: z.int(),
});

/** `prompt-image status --costs --json` */
export const costsDocument = z.strictObject({
  ...documentShape,
  /** At least: what was refused may have cost, and so did what is deleted. */
  total: spend,
  images: z.array(spend),
  models: z.array(spend),
  /** `2026-11`, in UTC. */
  months: z.array(spend),
  /** Records that cannot be read and count for nothing. */
  damaged: z.array(errorSchema),
});

/** What was spent, by image, by model and by month. */
export async function statusCosts(project: Project, patterns: readonly string[], json: boolean): Promise<void> {
  const curation = await project.curate();
  const report = await curation.costs(await selectAddresses(project, patterns));
  const { total, images, models, months, damaged } = report;
  if (damaged.length > 0) process.exitCode = 1;
  if (json) {
    const groups = { images: [...images], models: [...models], months: [...months] };
    printJson(costsDocument, {
      version: 1,
      command: 'status',
      errors: [],
      total,
      ...groups,
      damaged: jsonErrors(damaged),
    });
    return;
  }
  for (const failure of damaged) printFailure(failure);
  for (const [heading, spends] of Object.entries({ 'By image': images, 'By model': models, 'By month': months })) {
    if (spends.length > 0) console.log([styled('bold', heading), ...tableOf(spends), ''].join('\n'));
  }
  const least = `At least ${renderSpend(total)} for ${counted(total.pictures, 'picture')}, by estimate.`;
  console.log(styled('bold', total.pictures === 0 ? 'No picture here was bought.' : least));
  console.log('What was refused or is deleted may have cost, too.');
}

function tableOf(spends: readonly Spend[]): string[] {
  const widest = Math.max(...spends.map(({ name }) => name.length));
  const most = Math.max(...spends.map(({ pictures }) => String(pictures).length));
  return spends.map(
    (each) => `  ${each.name.padEnd(widest)}  ${String(each.pictures).padStart(most)} ×  ${renderSpend(each)}`,
  );
}

/** `≈ $0.10`, and how much of it is not known. */
function renderSpend({ pictures, cost, unpriced }: Spend): string {
  if (unpriced === 0) return renderCost(cost);
  const unknown = `${unpriced} of unknown price`;
  return unpriced === pictures ? unknown : `${renderCost(cost)} and ${unknown}`;
}
