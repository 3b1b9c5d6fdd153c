import { Command } from 'commander';
import type { Project } from '../project.js';
import { typesDocument } from './documents.js';
import { jsonErrors, printJson } from './json.js';
import { selectAddresses, withProject } from './project.js';
import { counted, printFailure, printWarnings, styled } from './terminal.js';

export function typesCommand(): Command {
  return new Command('types')
    .description('writes a .d.json.ts beside each manifest, which types its import exactly')
    .argument('[patterns...]', 'manifests, folders or globs; all without any')
    .addHelpText(
      'after',
      `
TypeScript reads these files for ./hero.image.json where tsconfig sets allowArbitraryExtensions; builds and dev servers
then write them by themselves. Commit them, or run this before tsc.

Examples:
  $ npx prompt-image types && npx tsc
  $ npx prompt-image types src/team`,
    )
    .action((patterns: string[], options: { json?: boolean }, command: Command) =>
      withProject(command, (project) => types(project, patterns, options.json === true)),
    );
}

async function types(project: Project, patterns: readonly string[], json: boolean): Promise<void> {
  const report = await project.declare(await selectAddresses(project, patterns));
  const { written, unchanged, stale, failed, hint } = report;
  if (failed.length > 0) process.exitCode = 1;
  if (json) {
    printJson(typesDocument, {
      version: 1,
      command: 'types',
      errors: [],
      written,
      unchanged,
      stale,
      failed: jsonErrors(failed),
      warnings: hint === undefined ? [] : [hint],
    });
    return;
  }
  for (const error of failed) printFailure(error);
  for (const file of written) console.log(`${styled('green', '✓')} ${file}`);
  printWarnings([
    ...stale.map((file) => `${file} belongs to a manifest that is gone. Delete it.`),
    ...(hint === undefined ? [] : [hint]),
  ]);
  const failures = failed.length > 0 ? ` ${failed.length} failed.` : '';
  console.log(styled('bold', `${counted(written.length, 'file')} written, ${unchanged.length} unchanged.${failures}`));
}
