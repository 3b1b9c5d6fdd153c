import { Refusal } from './refusal.js';

/** A protobuf message in JSON: field names in snake_case, each with its type. */
export type FieldType = 'string' | 'number' | { list: FieldType } | { message: Readonly<Record<string, FieldType>> };

interface Violation {
  field: string;
  description: string;
}

/**
 * Reads JSON as the service's own transcoder does: every field may be spelled in camelCase or snake_case, and one that
 * the message does not have is an error at its place.
 * @returns the same data, all names in snake_case
 * @throws Refusal that lists every violation
 */
export function readMessage(value: unknown, type: FieldType): unknown {
  const violations: Violation[] = [];
  const read = readValue(value, type, '', violations);
  if (violations.length === 0) return read;
  throw new Refusal(400, violations.map(({ description }) => description).join('\n'), { violations });
}

function readValue(value: unknown, type: FieldType, path: string, violations: Violation[]): unknown {
  const mismatch = (expected: string) => {
    const at = path === '' ? '' : ` at '${path}'`;
    violations.push({
      field: path,
      description: `Invalid value${at} (${expected}), ${JSON.stringify(value)?.slice(0, 80)}`,
    });
  };
  if (typeof type === 'string') return typeof value === type ? value : mismatch(`TYPE_${type.toUpperCase()}`);
  if ('list' in type) {
    if (!Array.isArray(value)) return mismatch('TYPE_LIST');
    return value.map((item: unknown, index) => readValue(item, type.list, `${path}[${index}]`, violations));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch('TYPE_MESSAGE');
  return readFields(value, type.message, path, violations);
}

function readFields(
  value: object,
  fields: Readonly<Record<string, FieldType>>,
  path: string,
  violations: Violation[],
): Record<string, unknown> {
  const invalid = (problem: string) =>
    violations.push({ field: path, description: `Invalid JSON payload received. ${problem}` });
  const at = path === '' ? '' : ` at '${path}'`;
  const read: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const field = Object.keys(fields).find((known) => name === known || name === camelCase(known));
    if (field === undefined) {
      invalid(`Unknown name "${name}"${at}: Cannot find field.`);
    } else if (Object.hasOwn(read, field)) {
      invalid(`Name "${name}"${at} is given twice.`);
    } else {
      read[field] = readValue(item, fields[field]!, path === '' ? field : `${path}.${field}`, violations);
    }
  }
  return read;
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
