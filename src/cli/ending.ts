import { CommanderError, InvalidArgumentError } from 'commander';
import { isFailure } from '../failure.js';
import { reportToGithub } from './github.js';
import { failureDocument, jsonErrors, printJson } from './json.js';
import { printFailure, styled } from './terminal.js';

type JsonErrors = ReturnType<typeof jsonErrors>;

/** Tells why a command came to nothing, as a person or (`json`) a program reads it, and sets the exit code: 1 failed, 2 usage. */
export function endWith(error: unknown, command: string, json: boolean): void {
  const document = (errors: JsonErrors) => {
    if (json) printJson(failureDocument, { version: 1, command, errors });
  };
  if (error instanceof CommanderError) {
    // Help and version end this way, too, with 0. A bare call shows help, which is a wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    if (error.exitCode === 0) return;
    // Commander prints what it throws itself; this comes from a command.
    if (error instanceof InvalidArgumentError && !json) console.error(styled('red', error.message, process.stderr));
    document([{ code: 'USAGE', message: error.message.replace(/^error: /, '').trim() }]);
    return;
  }
  process.exitCode = 1;
  if (isFailure(error)) {
    if (!json) printFailure(error);
    reportToGithub(undefined, { errors: [error] });
    document(jsonErrors([error]));
  } else if (error instanceof Error && 'syscall' in error) {
    // The operating system's no: a full disk, a folder that may not be written to. Where we stood then says nothing.
    if (!json) console.error(styled('red', error.message, process.stderr));
    document([{ code: String((error as NodeJS.ErrnoException).code), message: error.message }]);
  } else {
    throw error;
  }
}
