import { Command, InvalidArgumentError, Option } from 'commander';

/** Commands of later versions: an error that says so, instead of "unknown". */
export function laterCommands(): Command[] {
  const names = ['types'];
  return names.map((name) =>
    new Command(name)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw notBuiltYet(name);
      }),
  );
}

/** The same for options. @param flags for example `--retry` */
export function addLaterOptions(command: Command, ...flags: string[]): Command {
  for (const flag of flags) {
    const option = new Option(flag).hideHelp();
    command.addOption(option).on(`option:${option.name()}`, () => {
      throw notBuiltYet(`${command.name()} --${option.name()}`);
    });
  }
  return command;
}

function notBuiltYet(what: string): InvalidArgumentError {
  return new InvalidArgumentError(`${what} is not built yet in this version.`);
}
