import { Command } from 'commander';
import type { CheckReport, Project } from '../project.js';
import { checkDocument } from './documents.js';
import { failureTable, markdownTable, reportToGithub } from './github.js';
import { jsonErrors, printJson } from './json.js';
import { withProject } from './project.js';
import { counted, printFailure, styled } from './terminal.js';

interface Options {
  strict?: boolean;
  json?: boolean;
}

export function checkCommand(): Command {
  return new Command('check')
    .description('for CI: every image has its picture, whole and committable')
    .option('--strict', 'originals that no manifest uses are failures, too')
    .addHelpText(
      'after',
      `
It reads only: no key, no network, no writes. In GitHub Actions it annotates the manifests and adds to the job's summary.

Example, in a workflow:
  - run: npx prompt-image check`,
    )
    .action((options: Options, command: Command) => withProject(command, (project) => check(project, options)));
}

async function check(project: Project, { strict = false, json = false }: Options): Promise<void> {
  const report = await project.check({ strict });
  const { images, problems, notes } = report;
  const verdict = problems.length === 0 ? 'all in order' : counted(problems.length, 'problem');
  const line = `${counted(images, 'image')} checked: ${verdict}`;
  if (json) {
    const found = { images, problems: jsonErrors(problems), notes: [...notes] };
    printJson(checkDocument, { version: 1, command: 'check', errors: [], ...found });
  } else {
    printCheck(report, line);
  }
  const tables = [
    ...(problems.length > 0 ? [failureTable(problems)] : []),
    ...(notes.length > 0
      ? [
          markdownTable(
            ['Notes'],
            notes.map((note) => [note]),
          ),
        ]
      : []),
  ];
  reportToGithub(project, {
    errors: problems,
    warnings: notes,
    summary: ['### prompt-image check', line, ...tables].join('\n\n'),
  });
  if (problems.length > 0) process.exitCode = 1;
}

function printCheck({ problems, notes }: CheckReport, line: string): void {
  for (const problem of problems) {
    printFailure(problem);
    console.error();
  }
  for (const note of notes) console.log(styled('dim', `note: ${note}`));
  console.log(styled('bold', line));
}
