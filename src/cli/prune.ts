import { Command } from 'commander';
import * as z from 'zod';
import { renderFailure } from '../failure.js';
import type { Project } from '../project.js';
import { documentShape, errorSchema, jsonErrors, printJson } from './json.js';
import { withProject } from './project.js';
import { confirm, counted, printWarnings, styled } from './terminal.js';

/** `prompt-image prune --json` */
export const pruneDocument = z.strictObject({
  ...documentShape,
  /** Originals that no manifest uses, or with `--purge` none. */
  unused: z.array(
    z.strictObject({
      original: z.string(),
      /** Whom it was bought for. */
      for: z.string(),
      bytes: z.int(),
      isTake: z.boolean(),
      /** Whether git has it, too. */
      isTracked: z.boolean(),
    }),
  ),
  /** Originals that cannot be read, and are left alone. */
  damaged: z.array(errorSchema),
  /** What is in `.local/pruned`, with `--purge`. */
  pruned: z.strictObject({ originals: z.int(), bytes: z.int() }).optional(),
  /** Whether it was done, or only listed. */
  done: z.boolean(),
});

interface Options {
  takes?: boolean;
  yes?: boolean;
  purge?: boolean;
  json?: boolean;
}

export function pruneCommand(): Command {
  return new Command('prune')
    .description('lists the originals that no manifest uses; moves them away with --yes')
    .option('--takes', 'also the other takes of images that there are')
    .option('--yes', 'move them to .local/pruned; with --purge: delete without asking')
    .option('--purge', 'delete for good what is in .local/pruned')
    .addHelpText(
      'after',
      `
Examples:
  $ npx prompt-image prune            what could go
  $ npx prompt-image prune --yes      moves it to .local/pruned, where it can be taken back from
  $ npx prompt-image prune --purge    empties that`,
    )
    .action((options: Options, command: Command) =>
      withProject(command, (project) => (options.purge ? purge(project, options) : prune(project, options))),
    );
}

async function prune(project: Project, { takes = false, yes = false, json = false }: Options): Promise<void> {
  const curation = await project.curate();
  const plan = await curation.planPrune({ takes, finish: yes });
  const { unused, damaged } = plan;
  if (json) {
    if (yes) await curation.prune(plan);
    const originals = unused.map(({ stem, record, ...facts }) => ({
      original: stem,
      for: record.for,
      bytes: record.image.bytes,
      ...facts,
    }));
    printJson(pruneDocument, {
      version: 1,
      command: 'prune',
      errors: [],
      unused: originals,
      damaged: jsonErrors(damaged),
      done: yes,
    });
    return;
  }
  const isRepository = project.config.git.top !== undefined;
  printWarnings(damaged.map((error) => `Left alone: ${renderFailure(error)}`));
  for (const { stem, record, isTake, isTracked } of unused) {
    const why = `${isTake ? 'another take of' : 'bought for'} ${record.for}, ${megabytes(record.image.bytes)}`;
    console.log(
      `  ${stem}${styled('dim', `  ${why}`)}${isTracked || !isRepository ? '' : styled('yellow', '  not committed')}`,
    );
  }
  if (yes) await curation.prune(plan);
  const bytes = unused.reduce((sum, { record }) => sum + record.image.bytes, 0);
  const others = plan.takes > 0 ? `, ${counted(plan.takes, 'other take')} among them` : '';
  const kept = `${plan.kept} kept${others}`;
  const what = `${counted(unused.length, 'original')} (${megabytes(bytes)})`;
  if (unused.length === 0) console.log(styled('bold', `Nothing to prune: ${kept}.`));
  else if (yes) console.log(styled('bold', `${what} moved to .local/pruned, ${kept}. Commit that they are gone.`));
  else
    console.log(
      styled(
        'bold',
        `${what} not used, ${kept}. To move them away: npx prompt-image prune${takes ? ' --takes' : ''} --yes`,
      ),
    );
}

async function purge(project: Project, { yes = false, json = false }: Options): Promise<void> {
  const curation = await project.curate();
  const plan = await curation.planPurge();
  const { originals, bytes } = plan;
  const what = `${counted(originals, 'original')} (${megabytes(bytes)}) in .local/pruned`;
  const isAny = plan.names.length > 0;
  const done = isAny && (yes || (!json && (await confirm(`Delete ${what} for good?`))));
  if (done) await curation.purge(plan);
  if (json) {
    printJson(pruneDocument, {
      version: 1,
      command: 'prune',
      errors: [],
      unused: [],
      damaged: [],
      pruned: { originals, bytes },
      done,
    });
    return;
  }
  if (!isAny) console.log(styled('bold', 'There is nothing in .local/pruned.'));
  else if (done) console.log(styled('bold', `${what} deleted.`));
  else console.log(styled('bold', `${what}. Nothing was deleted. To delete it: npx prompt-image prune --purge --yes`));
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
