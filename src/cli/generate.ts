import { Command } from 'commander';
import { renderFailure } from '../failure.js';
import {
  type GeneratePlan,
  type GenerateReport,
  groupFailures,
  type Project,
  type PurchaseEvent,
  progressOf,
  renderGap,
  renderPrice,
} from '../project.js';
import { selectAddress, selectAddresses, withProject } from './project.js';
import { confirm, counted, printWarnings, styled } from './terminal.js';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  retry?: boolean;
  replace?: string;
}

export function generateCommand(): Command {
  return new Command('generate')
    .description('buys the pictures that are missing or stale')
    .argument('[patterns...]', 'manifests or globs; all without any')
    .option('--dry-run', 'only list what would be bought, with its price')
    .option('--retry', 'ask again for what was refused, or never answered')
    .option('--replace <address>', "put an image's damaged files aside and buy it anew")
    .option('--yes', 'buy also what is over the budget, without asking')
    .addHelpText(
      'after',
      '\nWithin the budget it prints the plan and buys. Without a terminal nobody can say yes to more.',
    )
    .action((patterns: string[], options: Options, command: Command) =>
      withProject(command, (project) => generate(project, patterns, options)),
    );
}

async function generate(project: Project, patterns: readonly string[], options: Options): Promise<void> {
  if (options.replace !== undefined) await putDamagedAside(project, options.replace);
  const addresses = await selectAddresses(
    project,
    options.replace === undefined ? patterns : [...patterns, options.replace],
  );
  // In CI, too: it is about to buy, and must not buy what is paid for.
  const recover = !options.dryRun || !project.config.frozen;
  const plan = await project.plan({ addresses, recover, retry: options.retry });
  printPlan(plan, project);
  if (plan.invalid.length + plan.refused.length > 0) process.exitCode = 1;
  if (options.dryRun || plan.count === 0) return;
  const overBudget =
    options.yes === true || (plan.overBudget && (await confirm('That is over the budget. Buy all the same?')));
  const report = await project.execute(plan, {
    overBudget,
    retry: options.retry === true,
    signal: stopOnInterrupt(),
    onEvent: progress(plan, project),
  });
  printReport(report, plan);
  if (report.failed.length > 0) process.exitCode = 1;
}

async function putDamagedAside(project: Project, pattern: string): Promise<void> {
  const moved = await project.setDamagedAside(await selectAddress(project, pattern));
  for (const file of moved) console.log(`  ${file} moved to .local/quarantine`);
}

/** A short list, and last the line that matters. */
function printPlan(
  { gaps, count, cost, unchanged, refused, invalid, warnings }: GeneratePlan,
  { config }: Project,
): void {
  for (const error of invalid) console.error(`${styled('red', renderFailure(error))}\n`);
  printWarnings(warnings);
  for (const error of groupFailures(refused)) console.error(`${styled('red', renderFailure(error))}\n`);
  for (const gap of gaps) console.log(`  ${renderGap(gap)}`);
  const price = count === 0 ? '' : `, ${renderPrice(cost, config)}`;
  const broken = invalid.length === 0 ? '' : ` · ${counted(invalid.length, 'failure')}`;
  const declined = refused.length === 0 ? '' : ` · ${refused.length} refused`;
  console.log(styled('bold', `${count} to buy · ${unchanged} unchanged${declined}${broken}${price}`));
}

/** The first Ctrl-C starts nothing more and waits for what is paid for; the second ends at once. */
export function stopOnInterrupt(): AbortSignal {
  const stopping = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping: what is under way is still stored. Press Ctrl-C again to end now.');
    stopping.abort();
    process.once('SIGINT', () => process.exit(130));
  });
  return stopping.signal;
}

/** Tells of each picture as it comes. */
export function progress({ count, cost }: GeneratePlan, { config }: Project): (event: PurchaseEvent) => void {
  const started = Date.now();
  let done = 0;
  return (event) => {
    if (event.type === 'retrying') {
      console.log(styled('dim', `  ${progressOf(event)}`));
    }
    if (event.type !== 'bought') return;
    done += 1;
    const left = Math.round((((Date.now() - started) / done) * (count - done)) / 1000);
    const spent = cost === undefined ? undefined : (cost / count) * done;
    console.log(
      `${styled('green', '✓')} ${done}/${count} ${event.address}${styled('dim', ` · ${renderPrice(spent, config)}${left > 0 ? ` · ${left} s left` : ''}`)}`,
    );
  };
}

function printReport({ bought, failed, notes }: GenerateReport, plan: GeneratePlan): void {
  for (const error of groupFailures(failed)) console.error(`\n${styled('red', renderFailure(error))}`);
  printWarnings(notes);
  const commit = bought.length > 0 ? ' Commit what arrived.' : '';
  console.log(
    styled(
      'bold',
      `${counted(bought.length, 'image')} bought, ${failed.length} failed, ${plan.unchanged} unchanged.${commit}`,
    ),
  );
}
