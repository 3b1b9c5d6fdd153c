import { Command, Option } from 'commander';
import type { PromptImageError } from '../failure.js';
import {
  type GeneratePlan,
  type GenerateReport,
  groupFailures,
  type Project,
  type PurchaseFailure,
  renderGap,
  renderLimits,
  renderPrice,
  renderWaiting,
} from '../project.js';
import { generateDocument } from './documents.js';
import { failureTable, markdownTable, reportToGithub } from './github.js';
import { jsonError, jsonErrors, printJson } from './json.js';
import { selectAddress, selectAddresses, withProject } from './project.js';
import { agreeToCost, changesOf, costOfReport, located, printReport, purchase } from './purchase.js';
import { counted, printFailure, printWarnings, styled } from './terminal.js';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  retry?: boolean;
  replace?: string;
  json?: boolean;
}

export function generateCommand(): Command {
  return new Command('generate')
    .description('buys the pictures that are missing or stale')
    .argument('[patterns...]', 'manifests, folders or globs; all without any')
    .option('--dry-run', 'only list what would be bought, with its price')
    .option('--retry', 'ask again for what was refused, or never answered')
    .addOption(
      new Option('--replace <address>', "put an image's damaged files aside and buy it anew").conflicts('dryRun'),
    )
    .option('--yes', 'buy also what is over the budget, without asking')
    .addHelpText(
      'after',
      `
Within the budget it prints the plan and buys; over it, it asks. Without a
terminal nobody can say yes to more.
Ctrl-C starts nothing more and stores what is under way; a second one ends at once.

Examples:
  $ npx prompt-image generate --dry-run
  $ npx prompt-image generate src/hero.image.json src/team
  $ npx prompt-image generate "src/**/card-*.image.json"`,
    )
    .action((patterns: string[], options: Options, command: Command) =>
      withProject(command, (project) => generate(project, patterns, options)),
    );
}

async function generate(project: Project, patterns: readonly string[], options: Options): Promise<void> {
  const json = options.json === true;
  if (options.replace !== undefined) await putDamagedAside(project, options.replace);
  const replaced = options.replace === undefined ? [] : [options.replace];
  const addresses = await selectAddresses(project, [...patterns, ...replaced]);
  // In CI, too: it is about to buy, and must not buy what is paid for.
  const recover = !options.dryRun || !project.config.frozen;
  const plan = await project.plan({ addresses, recover, retry: options.retry });
  if (!json) printPlan(plan, project);
  if (!json && plan.overBudget && options.dryRun) {
    console.log(`That is over the budget of ${renderLimits(project.config.budget)}: buying would ask, or needs --yes.`);
  }
  const report = options.dryRun || plan.count === 0 ? undefined : await buy(project, plan, options, json);
  if (report && !json) printReport(report, plan, project);
  if (json) printDocument(plan, report, project);
  const failed = report ? located(report.failed) : [];
  const errors = [...plan.invalid, ...located(plan.refused), ...failed];
  reportToGithub(project, { errors, summary: summaryOf(plan, report, errors, project) });
  if (errors.length > 0) process.exitCode = 1;
}

async function buy(
  project: Project,
  plan: GeneratePlan,
  { yes, retry = false }: Options,
  json: boolean,
): Promise<GenerateReport | undefined> {
  const overBudget = await agreeToCost(project, plan, { yes, json });
  return overBudget === undefined ? undefined : purchase(project, plan, { overBudget, retry, json });
}

async function putDamagedAside(project: Project, pattern: string): Promise<void> {
  const moved = await project.setDamagedAside(await selectAddress(project, pattern));
  for (const file of moved) console.error(`  ${file} moved to .local/quarantine`);
}

/** A short list, and last the line that matters. */
function printPlan(plan: GeneratePlan, project: Project): void {
  for (const error of plan.invalid) {
    printFailure(error);
    console.error();
  }
  printWarnings(plan.warnings);
  for (const error of groupFailures(plan.refused)) {
    printFailure(error);
    console.error();
  }
  for (const gap of plan.gaps) console.log(`  ${renderGap(gap)}`);
  for (const entry of plan.waiting) console.log(`  ${renderWaiting(entry)}`);
  console.log(styled('bold', summaryLine(plan, project)));
}

/** `3 to buy, up to 5 more · 1 to reprocess (free) · 118 unchanged, ≈ $0.10, up to ≈ $0.27` */
function summaryLine(
  { count, waiting, reprocess, unchanged, refused, invalid, cost, costUpTo }: GeneratePlan,
  { config }: Project,
): string {
  const parts = [
    `${count} to buy${waiting.length > 0 ? `, up to ${waiting.length} more` : ''}`,
    ...(reprocess > 0 ? [`${reprocess} to reprocess (free)`] : []),
    ...(unchanged > reprocess ? [`${unchanged - reprocess} unchanged`] : []),
    ...(refused.length > 0 ? [`${refused.length} not asked for again`] : []),
    ...(invalid.length > 0 ? [counted(invalid.length, 'failure')] : []),
  ];
  const upTo = waiting.length > 0 && costUpTo !== cost ? `, up to ${renderPrice(costUpTo, config)}` : '';
  return `${parts.join(' · ')}${count === 0 ? '' : `, ${renderPrice(cost, config)}${upTo}`}`;
}

function summaryOf(
  plan: GeneratePlan,
  report: GenerateReport | undefined,
  errors: readonly PromptImageError[],
  project: Project,
): string {
  const bought = new Set(report?.bought);
  const stateOf = (address: string) => (bought.has(address) ? 'bought' : 'not bought');
  const rows = [
    ...plan.gaps.map((gap) => [renderGap(gap), stateOf(gap.entry.address)]),
    ...plan.waiting.map((entry) => [renderWaiting(entry), stateOf(entry.address)]),
  ];
  return [
    '### prompt-image generate',
    summaryLine(plan, project),
    ...(rows.length > 0 ? [markdownTable(['Image', ''], rows)] : []),
    ...(errors.length > 0 ? [failureTable(errors)] : []),
  ].join('\n\n');
}

function printDocument(plan: GeneratePlan, report: GenerateReport | undefined, project: Project): void {
  const { count, overBudget, unchanged, reprocess } = plan;
  printJson(generateDocument, {
    version: 1,
    command: 'generate',
    errors: [],
    plan: {
      buy: plan.gaps.map(({ entry, state }) => ({
        address: entry.address,
        state: state.state,
        ...changesOf(state),
        model: entry.request.model,
      })),
      waiting: plan.waiting.map(({ address, waitsFor }) => ({ address, for: [...waitsFor] })),
      count,
      cost: plan.cost ?? null,
      costUpTo: plan.costUpTo ?? null,
      overBudget,
      unchanged,
      reprocess,
      refused: failedImages(plan.refused),
      invalid: jsonErrors(plan.invalid),
      warnings: [...plan.warnings],
    },
    ...(report && {
      purchase: {
        bought: [...report.bought],
        failed: failedImages(report.failed),
        notes: [...report.notes],
        cost: costOfReport(report, plan, project),
      },
    }),
  });
}

function failedImages(failures: readonly PurchaseFailure[]) {
  return failures.map(({ address, error }) => ({ address, ...jsonError(error) }));
}
