import { Command, InvalidArgumentError } from 'commander';

/** Commands of later versions: an error that says so, instead of "unknown". */
export function laterCommands(): Command[] {
  return ['types'].map((name) =>
    new Command(name)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new InvalidArgumentError(`${name} is not built yet in this version.`);
      }),
  );
}
