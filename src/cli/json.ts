import { type Command, Option } from 'commander';
import * as z from 'zod';
import type { PromptImageError } from '../failure.js';

/** A failure in a JSON document. `file`, `line` and `column` where it is about a place in a file that a person edits. */
export const errorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  /** What to do next. */
  next: z.string().optional(),
});

/** What every document has. `version` moves when a field changes its meaning or goes. */
export const documentShape = {
  version: z.literal(1),
  command: z.string(),
  /** Why the command could not do its work. What it found out about single images stands in fields of its own. */
  errors: z.array(errorSchema),
};

/** All that a command prints which could not begin. */
export const failureDocument = z.strictObject(documentShape);

/** Adds `--json`, unless the command has it already. */
export function withJson(command: Command): Command {
  const has = command.options.some(({ long }) => long === '--json');
  return has ? command : command.addOption(new Option('--json', 'one JSON document on stdout, nothing else'));
}

/** Whether a command line asks for JSON. Also where it could not be parsed: who reads the answer is a program. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

/** Prints one document, and nothing else, on stdout. @throws where the document is not what is promised */
export function printJson<T extends z.ZodType>(schema: T, document: z.input<T>): void {
  console.log(JSON.stringify(schema.parse(document), undefined, 2));
}

export function jsonErrors(failures: readonly PromptImageError[]): z.infer<typeof errorSchema>[] {
  return failures.flatMap((failure) => (failure.errors.length > 0 ? jsonErrors(failure.errors) : [jsonError(failure)]));
}

export function jsonError({ code, what, place, next }: PromptImageError): z.infer<typeof errorSchema> {
  const { file, line, column } = place ?? {};
  return {
    code,
    message: what,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(next === undefined ? {} : { next }),
  };
}
