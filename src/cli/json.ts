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
  errors: z.array(errorSchema),
};

/** Prints one document, and nothing else, on stdout. @throws where the document is not what is promised */
export function printJson<T extends z.ZodType>(schema: T, document: z.input<T>): void {
  console.log(JSON.stringify(schema.parse(document), undefined, 2));
}

export function jsonErrors(failures: readonly PromptImageError[]): z.infer<typeof errorSchema>[] {
  return failures.flatMap((failure) => (failure.errors.length > 0 ? jsonErrors(failure.errors) : [jsonError(failure)]));
}

function jsonError({ code, what, place, next }: PromptImageError): z.infer<typeof errorSchema> {
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
