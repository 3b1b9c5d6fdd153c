import { relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { isCollectionFile, parseAddress, renderAddress } from '../image/address.js';
import { costOfGaps, groupFailures, type Project, quoted, renderPrice } from '../project.js';
import { showPicture } from './inline-picture.js';
import { documentShape, errorSchema, jsonErrors, printJson } from './json.js';
import { selectAddress, withProject } from './project.js';
import { agreeToCost, purchase } from './purchase.js';
import { counted, printFailure, printWarnings, styled } from './terminal.js';

/** `prompt-image reroll --json` */
export const rerollDocument = z.strictObject({
  ...documentShape,
  address: z.string(),
  /** The takes that came. */
  takes: z.array(z.strictObject({ take: z.string(), original: z.string() })),
  /** US dollars for those, estimated; `null` where the model's price is not known. */
  cost: z.number().nullable(),
  /** Path from the root of a picture that shows all takes of the image; `null` where none came. */
  sheet: z.string().nullable(),
  failed: z.array(errorSchema),
  notes: z.array(z.string()),
});

interface Options {
  count: number;
  yes?: boolean;
  json?: boolean;
}

export function rerollCommand(): Command {
  return new Command('reroll')
    .description('buys further pictures of the same prompt, to choose from')
    .argument('<address>', 'a manifest, an item of a collection, a variant')
    .option('--count <n>', 'how many', positive, 1)
    .option('--yes', 'buy also what is over the budget, without asking')
    .addHelpText(
      'after',
      `
Within the budget it prints the price and buys. The image stays as it is until you pick one.

Example:
  $ npx prompt-image reroll src/hero.image.json --count 3
  $ npx prompt-image pick src/hero.image.json k3f9`,
    )
    .action((address: string, options: Options, command: Command) =>
      withProject(command, (project) => reroll(project, address, options)),
    );
}

/** What to write into the manifest. */
function takeLine(address: string, take: string): string {
  const { file, item, variant } = parseAddress(address);
  if (!isCollectionFile(file)) return `"take": "${take}"`;
  return `"takes": { "${renderAddress({ file: '', item, variant }).slice(1)}": "${take}" }`;
}

/** Far more than anyone looks at; a slip of the keyboard is not bought. */
const MOST = 100;

function positive(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new InvalidArgumentError(`It is a number from 1 to ${MOST}.`);
}

async function reroll(project: Project, pattern: string, { count, yes, json = false }: Options): Promise<void> {
  const curation = await project.curate();
  const address = await selectAddress(project, pattern);
  const plan = await curation.planReroll(address, count);
  if (!json) {
    printWarnings(plan.warnings);
    console.log(`  ${address}  ${plan.takes.length > 1 ? 'takes' : 'take'} ${plan.takes.join(', ')}`);
    console.log(styled('bold', `${plan.count} to buy, ${renderPrice(plan.cost, project.config)}`));
  }
  const overBudget = await agreeToCost(project, plan, { yes, json });
  if (overBudget === undefined) return;
  const { failed, notes } = await purchase(project, plan, { overBudget, json });
  const { bought, sheet } = await curation.showTakes(plan);
  // Of what Ctrl-C has stopped, the number says enough.
  const failures = groupFailures(failed.filter(({ error }) => error.code !== 'ABORTED'));
  if (failed.length > 0) process.exitCode = 1;
  const shown = sheet === undefined ? null : relative(project.config.root, sheet).replaceAll('\\', '/');
  if (json) {
    const names = new Set<unknown>(bought.map(({ take }) => take));
    const gaps = plan.gaps.filter(({ entry }) => names.has(entry.image.take));
    printJson(rerollDocument, {
      version: 1,
      command: 'reroll',
      errors: [],
      address,
      takes: bought.map(({ take, original }) => ({ take, original: original.stem })),
      cost: costOfGaps(gaps, project.config) ?? null,
      sheet: shown,
      failed: jsonErrors(failures),
      notes: [...notes],
    });
    return;
  }
  for (const failure of failures) printFailure(failure);
  printWarnings(notes);
  if (sheet !== undefined) await showPicture(sheet, `${shown}`);
  for (const { take } of bought) {
    console.log(
      `  ${takeLine(address, take)}${styled('dim', `  or: npx prompt-image pick ${quoted(address)} ${take}`)}`,
    );
  }
  const commit = bought.length > 0 && project.config.commit ? ' Commit what arrived.' : '';
  const stopped = failed.filter(({ error }) => error.code === 'ABORTED').length;
  const counts = [
    ...(failed.length > stopped ? [`${failed.length - stopped} failed`] : []),
    ...(stopped > 0 ? [`${stopped} stopped`] : []),
  ];
  const lost = counts.map((count) => `, ${count}`).join('');
  console.log(styled('bold', `${counted(bought.length, 'take')} bought${lost}.${commit}`));
}
