import { closestMatch } from 'leven';
import * as z from 'zod';
import { manifestSchema } from './schema.js';

type Path = readonly (string | number)[];

/** One mistake that zod found, in words: which field, what it takes. @param whole what has no path, with an article */
export function explainIssue(issue: z.core.$ZodIssue, path: Path, whole = 'a manifest'): string {
  const field = path.length === 0 ? whole : `"${renderPath(path)}"`;
  if (issue.input === undefined && issue.code === 'invalid_type') return `${field} is missing`;
  if (issue.code === 'invalid_value')
    return `${field} is one of ${list(issue.values)}${suggestion(issue.values, issue.input)}`;
  if (issue.code === 'invalid_type') return `${field} must be ${article(issue.expected)}, not ${nameOf(issue.input)}`;
  if (issue.code === 'too_small')
    return `${field} ${issue.origin === 'array' ? 'is empty' : `is at least ${issue.minimum}`}`;
  if (issue.code === 'too_big')
    return `${field} ${issue.origin === 'array' ? `has more than ${issue.maximum} entries` : `is at most ${issue.maximum}`}`;
  if (issue.code === 'invalid_union') {
    const words = issue.message === 'Invalid input' ? explainUnion(issue) : issue.message;
    return `${field} ${words}${suggestion(valuesOf(issue), issue.input)}`;
  }
  return `${field} ${issue.message}`;
}

/** `output.widths[2]` */
export function renderPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part)).join('');
}

/**
 * A sentence, where a field of a similar name exists beside the unknown one.
 *
 * @param path of what the key stands in, as `schema` has it
 */
export function didYouMean(key: string, path: Path, schema: z.ZodObject = manifestSchema): string | undefined {
  const match = closestMatch(key, fieldsAt(path, schema), { maxDistance: typosIn(key) });
  if (match !== undefined) return `Did you mean "${match}"?`;
  return fieldsAt([...path, 'output'], schema).includes(key) ? `Did you mean "output.${key}"?` : undefined;
}

/** How far a misspelt word may be from the right one. Less in short words: "png" is not a misspelt "jpeg". */
export function typosIn(word: string): number {
  return Math.min(3, Math.floor(word.length / 2));
}

function fieldsAt(path: Path, whole: z.ZodObject): string[] {
  let schema: z.core.$ZodType | undefined = whole;
  for (const part of path) {
    const holder = unwrap(schema);
    schema = holder instanceof z.ZodRecord ? holder.valueType : shapeOf(holder)[part];
  }
  return Object.keys(shapeOf(unwrap(schema)));
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap()) : schema;
}

function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

function explainUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  const values = valuesOf(issue);
  const types = issue.errors
    .flat()
    .flatMap((branch) => (branch.code === 'invalid_type' ? [article(branch.expected)] : []));
  const bounds = issue.errors.flat().flatMap((branch) => {
    if (branch.code === 'too_small') return [`at least ${branch.minimum}`];
    return branch.code === 'too_big' ? [`at most ${branch.maximum}`] : [];
  });
  const choices = [...new Set([...bounds, ...types])].filter((choice) => choice !== 'null');
  return `is ${[...choices, ...values.filter((value) => value !== null).map((value) => JSON.stringify(value))].join(' or ')}`;
}

function valuesOf(issue: z.core.$ZodIssueInvalidUnion): unknown[] {
  return issue.errors.flat().flatMap((branch) => (branch.code === 'invalid_value' ? branch.values : []));
}

function suggestion(values: readonly unknown[], input: unknown): string {
  if (typeof input !== 'string') return '';
  const words = values.filter((value) => typeof value === 'string');
  const match = closestMatch(input, words, { maxDistance: typosIn(input) });
  return match === undefined ? '' : `; did you mean "${match}"?`;
}

function list(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

function article(type: string): string {
  if (type === 'null') return type;
  if (type === 'int') return 'a whole number';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return article(Array.isArray(value) ? 'array' : typeof value);
}
