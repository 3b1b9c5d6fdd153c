import { Command } from 'commander';
import { renderFailure } from '../failure.js';
import type { Project } from '../project.js';
import { withProject } from './project.js';
import { counted, styled } from './terminal.js';

export function checkCommand(): Command {
  return new Command('check')
    .description('for CI: every image has its picture, whole and committable; reads only')
    .option('--strict', 'originals that no manifest uses are failures, too')
    .action((options: { strict?: boolean }, command: Command) =>
      withProject(command, (project) => check(project, options.strict === true)),
    );
}

async function check(project: Project, strict: boolean): Promise<void> {
  const { images, problems, notes } = await project.check({ strict });
  for (const problem of problems) console.error(`${styled('red', renderFailure(problem))}\n`);
  for (const note of notes) console.log(styled('dim', `note: ${note}`));
  const verdict = problems.length === 0 ? 'all in order' : counted(problems.length, 'problem');
  console.log(styled('bold', `${counted(images, 'image')} checked: ${verdict}`));
  if (problems.length > 0) process.exitCode = 1;
}
