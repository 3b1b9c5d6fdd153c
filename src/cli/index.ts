#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isFailure, renderFailure } from '../failure.js';
import { adoptCommand } from './adopt.js';
import { checkCommand } from './check.js';
import { exportCommand } from './export.js';
import { generateCommand } from './generate.js';
import { addLaterOptions, laterCommands } from './later.js';
import { statusCommand } from './status.js';
import { styled } from './terminal.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('prompt-image')
  .description('Images as code: prompts in your repository, pictures bought once and committed.')
  .version(version)
  .option('--config <file>', 'config file, instead of the nearest prompt-image.config')
  .showHelpAfterError('Run prompt-image --help for what there is.')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  $ prompt-image status                what there is and what is missing
  $ prompt-image generate --dry-run    what buying would cost
  $ prompt-image generate              buys it, within the budget
  $ prompt-image check                 for CI: everything bought, whole and committable`,
  );

for (const command of [
  addLaterOptions(generateCommand(), '--json', '--retry', '--replace <address>'),
  addLaterOptions(statusCommand(), '--json', '--costs', '--alt'),
  addLaterOptions(checkCommand(), '--json'),
  adoptCommand(),
  exportCommand(),
]) {
  program.addCommand(command.exitOverride());
}
for (const command of laterCommands()) program.addCommand(command.exitOverride(), { hidden: true });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander prints what it throws itself; this comes from a command.
    if (error instanceof InvalidArgumentError) console.error(styled('red', error.message));
    // Help and version end this way, too, with 0. A bare call shows help, which is a wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (isFailure(error)) {
    console.error(styled('red', renderFailure(error)));
    process.exitCode = 1;
  } else if (error instanceof Error && 'syscall' in error) {
    // The operating system's no: a full disk, a folder that may not be written to. Where we stood then says nothing.
    console.error(styled('red', error.message));
    process.exitCode = 1;
  } else {
    throw error;
  }
}
