import { Command } from 'commander';
import type { PromptImageError } from '../failure.js';
import { type GeneratePlan, type GenerateReport, type Project, renderGap, renderPrice } from '../project.js';
import { generateDocument } from './documents.js';
import { failureTable, markdownTable, reportToGithub } from './github.js';
import { jsonError, jsonErrors, printJson } from './json.js';
import { selectAddresses, withProject } from './project.js';
import { costOfReport, failuresOf, printReport, purchase } from './purchase.js';
import { confirm, counted, printFailure, printWarnings, styled } from './terminal.js';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function generateCommand(): Command {
  return new Command('generate')
    .description('buys the pictures that are missing or stale')
    .argument('[patterns...]', 'manifests, folders or globs; all without any')
    .option('--dry-run', 'only list what would be bought, with its price')
    .option('--yes', 'buy also what is over the budget, without asking')
    .addHelpText(
      'after',
      `
Within the budget it prints the plan and buys; over it, it asks. Without a terminal nobody can say yes to more.
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
  const addresses = await selectAddresses(project, patterns);
  // In CI, too: it is about to buy, and must not buy what is paid for.
  const recover = !options.dryRun || !project.config.frozen;
  const plan = await project.plan({ addresses, recover });
  if (!json) printPlan(plan, project);
  const report = options.dryRun || plan.count === 0 ? undefined : await buy(project, plan, options, json);
  if (report && !json) printReport(report, plan);
  if (json) printDocument(plan, report, project);
  const failed = report ? failuresOf(report) : [];
  const errors = [...plan.invalid, ...failed];
  reportToGithub(project, { errors, summary: summaryOf(plan, report, errors, project) });
  if (errors.length > 0) process.exitCode = 1;
}

async function buy(project: Project, plan: GeneratePlan, options: Options, json: boolean): Promise<GenerateReport> {
  const question = 'That is over the budget. Buy all the same?';
  const overBudget = options.yes === true || (plan.overBudget && !json && (await confirm(question)));
  return purchase(project, plan, { overBudget, json });
}

/** A short list, and last the line that matters. */
function printPlan(plan: GeneratePlan, project: Project): void {
  for (const error of plan.invalid) {
    printFailure(error);
    console.error();
  }
  printWarnings(plan.warnings);
  for (const gap of plan.gaps) console.log(`  ${renderGap(gap)}`);
  console.log(styled('bold', summaryLine(plan, project)));
}

/** `3 to buy · 1 to reprocess (free) · 118 unchanged, ≈ $0.10` */
function summaryLine({ count, reprocess, unchanged, invalid, cost }: GeneratePlan, { config }: Project): string {
  const parts = [
    `${count} to buy`,
    ...(reprocess > 0 ? [`${reprocess} to reprocess (free)`] : []),
    ...(unchanged > reprocess ? [`${unchanged - reprocess} unchanged`] : []),
    ...(invalid.length > 0 ? [counted(invalid.length, 'failure')] : []),
  ];
  return `${parts.join(' · ')}${count === 0 ? '' : `, ${renderPrice(cost, config)}`}`;
}

function summaryOf(
  plan: GeneratePlan,
  report: GenerateReport | undefined,
  errors: readonly PromptImageError[],
  project: Project,
): string {
  const bought = new Set(report?.bought);
  const rows = plan.gaps.map((gap) => [renderGap(gap), bought.has(gap.entry.address) ? 'bought' : 'not bought']);
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
        ...(state.state === 'stale' ? { changed: [...state.changed] } : {}),
        model: entry.request.model,
      })),
      count,
      cost: plan.cost ?? null,
      overBudget,
      unchanged,
      reprocess,
      invalid: jsonErrors(plan.invalid),
      warnings: [...plan.warnings],
    },
    ...(report && {
      purchase: {
        bought: [...report.bought],
        failed: report.failed.map(({ address, error }) => ({ address, ...jsonError(error) })),
        notes: [...report.notes],
        cost: costOfReport(report, plan, project),
      },
    }),
  });
}
