#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCommand } from './add.js';
import { adoptCommand } from './adopt.js';
import { checkCommand } from './check.js';
import { endWith } from './ending.js';
import { exportCommand } from './export.js';
import { generateCommand } from './generate.js';
import { initCommand } from './init.js';
import { asksForJson, withJson } from './json.js';
import { keepCommand } from './keep.js';
import { pickCommand } from './pick.js';
import { pruneCommand } from './prune.js';
import { reportCommand } from './report.js';
import { rerollCommand } from './reroll.js';
import { statusCommand } from './status.js';
import { typesCommand } from './types.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** As `--help` lists them. */
const groups: Record<string, Command[]> = {
  'Start:': [initCommand(), addCommand()],
  'Every day:': [generateCommand(), statusCommand(), checkCommand()],
  'Choosing pictures:': [keepCommand(), rerollCommand(), pickCommand(), adoptCommand(), pruneCommand()],
  'Using them elsewhere:': [exportCommand(), reportCommand(), typesCommand()],
};

const program = new Command('prompt-image')
  .description('Images as code: prompts in your repository, pictures bought once and committed.')
  .version(version)
  .option('--config <file>', 'config file, instead of the nearest prompt-image.config')
  .showHelpAfterError('Run: npx prompt-image --help')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpCommand(new Command('help').argument('[command]').description('what a command does').helpGroup('More:'))
  .addHelpText(
    'after',
    `
Examples:
  $ npx prompt-image init                  sets a project up
  $ npx prompt-image status                what there is and what is missing
  $ npx prompt-image generate --dry-run    what buying would cost
  $ npx prompt-image generate              buys it, within the budget
  $ npx prompt-image check                 for CI: everything bought, whole and committable

Exit codes: 0 in order, 1 failed, 2 used wrongly. Each command takes --json.`,
  );

for (const [heading, commands] of Object.entries(groups)) {
  for (const command of commands) {
    program.addCommand(withJson(command).helpGroup(heading).copyInheritedSettings(program));
    command.showHelpAfterError(`Run: npx prompt-image ${command.name()} --help`);
  }
}

// Who read us may leave, as `| head` does. What is being bought is stored all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  const args = process.argv.slice(2);
  const names = program.commands.map((command) => command.name());
  endWith(error, args.find((arg) => names.includes(arg)) ?? '', asksForJson(args));
}
