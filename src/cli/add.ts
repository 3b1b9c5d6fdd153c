import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { PromptImageError } from '../failure.js';
import { type GeneratePlan, type Project, quoted, renderPrice } from '../project.js';
import { addDocument } from './documents.js';
import { reportToGithub } from './github.js';
import { importLine } from './import-line.js';
import { readPackages } from './init/packages.js';
import { jsonErrors, printJson } from './json.js';
import { withProject } from './project.js';
import { located, printReport, purchase } from './purchase.js';
import { confirm, printFailure, printWarnings, styled } from './terminal.js';

interface Options {
  ratio?: string;
  alt?: string;
  yes?: boolean;
  json?: boolean;
}

/** What became of the picture. */
type Outcome = { state: 'bought' | 'had' | 'missing'; failures: readonly PromptImageError[] };

export function addCommand(): Command {
  return new Command('add')
    .description('writes a manifest, says the price, asks, buys and prints the import')
    .argument('<file>', 'where; .image.json is added')
    .argument('<prompt>', 'what the picture shows')
    .option('--ratio <width:height>', 'shape of the picture, for example 16:9')
    .option('--alt <text>', 'alternative text; "" for decoration')
    .option('--yes', 'buy without asking, also over the budget')
    .addHelpText(
      'after',
      `
It never overwrites. Without a terminal nobody can say yes: it writes the manifest and names the command that buys.

Examples:
  $ npx prompt-image add src/hero "A lighthouse at dusk, long exposure" --ratio 16:9
  $ npx prompt-image add src/team/ada.image.json "Portrait of a cat" --alt "Ada" --yes`,
    )
    .action((file: string, prompt: string, options: Options, command: Command) =>
      withProject(command, (project) => add(project, file, prompt, options)),
    );
}

async function add(project: Project, file: string, prompt: string, options: Options): Promise<void> {
  const json = options.json === true;
  const address = addressOf(project, file);
  await project.add(address, { prompt, alt: options.alt, aspectRatio: options.ratio });
  const warnings = (await project.scan()).includes(address)
    ? []
    : [`${address} is not matched by include in prompt-image.config, so commands that name no file pass it over.`];
  const plan = await project.plan({ addresses: [address], recover: !project.config.frozen });
  if (!json) {
    console.log(`Wrote ${address}`);
    printWarnings([...warnings, ...plan.warnings]);
  }
  const { state, failures } = await buy(project, plan, options, json);
  const line = importLine(address, readPackages(project.config.root, project.config.git.top).usesTypeScript);
  if (json) {
    printJson(addDocument, {
      version: 1,
      command: 'add',
      errors: jsonErrors(failures),
      address,
      price: plan.cost ?? null,
      state,
      import: line,
      warnings: [...warnings, ...plan.warnings],
    });
  } else {
    if (state === 'had') console.log('The picture of this prompt is here already: nothing to buy.');
    if (state === 'missing') console.log(`Not bought. To buy it: npx prompt-image generate ${quoted(address)}`);
    console.log(`\n  ${styled('bold', line)}\n`);
  }
  reportToGithub(project, { errors: failures });
  if (failures.length > 0) process.exitCode = 1;
}

async function buy(project: Project, plan: GeneratePlan, options: Options, json: boolean): Promise<Outcome> {
  if (plan.invalid.length > 0) {
    if (!json) for (const error of plan.invalid) printFailure(error);
    return { state: 'missing', failures: plan.invalid };
  }
  if (plan.refused.length > 0) {
    const failures = located(plan.refused);
    if (!json) for (const error of failures) printFailure(error);
    return { state: 'missing', failures };
  }
  if (plan.count === 0) return { state: 'had', failures: [] };
  const price = renderPrice(plan.cost, project.config);
  if (!json) console.log(`1 to buy, ${price}`);
  // A frozen run leaves buying to the command that says so in its name.
  if (project.config.frozen) return { state: 'missing', failures: [] };
  const over = plan.overBudget ? ', which is over the budget' : '';
  const agreed = options.yes === true || (!json && (await confirm(`Buy it, ${price}${over}?`)));
  if (!agreed) return { state: 'missing', failures: [] };
  const report = await purchase(project, plan, { overBudget: plan.overBudget, json });
  if (!json) printReport(report, plan, project);
  const failures = located(report.failed);
  return { state: failures.length === 0 ? 'bought' : 'missing', failures };
}

/** As a shell means it, from the working directory; the ending is added to a name without one. */
function addressOf({ config }: Project, file: string): string {
  if (/[\\/]$/.test(file)) throw new InvalidArgumentError(`${file} is a folder; name the image, too: ${file}hero`);
  const path = /\.images?\.json$/.test(file) ? file : `${file.replace(/\.image$|\.json$/, '')}.image.json`;
  return relative(config.root, resolve(process.cwd(), path)).replaceAll('\\', '/');
}
