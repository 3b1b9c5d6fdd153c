import { PromptImageError } from '../failure.js';
import type { FileKind } from './json.js';
import type { JsonLocator, JsonPath } from './locate.js';
import { badName, parseObject, throwMistakes } from './mistakes.js';
import { explainName } from './names.js';
import { MOST_ITEMS, type OverrideInput, overrideSchema } from './schema.js';

/** One item of a collection: what its templates are filled in from. */
export interface Item {
  name: string;
  /** As they stand in the file; only texts, numbers and booleans can be filled in. */
  fields: Readonly<Record<string, unknown>>;
  /** Where it stands in its document. */
  path: JsonPath;
}

/** The items of a collection, in the order of the file. */
export interface Items {
  /** That they stand in, from the root: the collection's own, or one that it names. */
  file: string;
  items: readonly Item[];
  kind: FileKind;
  locator: JsonLocator;
}

/** The field of an item that changes the manifest for it. */
export const OVERRIDE = '$override';

/** @param path of `value` in its document @throws the code of the file's kind */
export function readItems(value: unknown, path: JsonPath, source: Omit<Items, 'items'>): Items {
  const { kind, locator } = source;
  const fail = (what: string, at: JsonPath, next?: string) =>
    new PromptImageError(kind.code, what, { place: locator.value(at), next });
  if (!isObject(value) && !Array.isArray(value)) {
    const subject = path.length === 0 ? kind.name : '"items"';
    throw fail(`${subject} is an object of items by name, or an array of items with an "id"`, path);
  }
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : locator.keys(path).map((name) => [name, value[name]] as const);
  if (entries.length > MOST_ITEMS) throw fail(`holds more than ${MOST_ITEMS} items`, path, 'Split it.');

  const mistakes: (() => PromptImageError)[] = [];
  const items = new Map<string, Item>();
  for (const [key, fields] of entries) {
    const at = [...path, key];
    const named = typeof key === 'string' ? `the item ${JSON.stringify(key)}` : `the item at index ${key}`;
    if (!isObject(fields)) {
      mistakes.push(() => fail(`${named} is not an object of fields`, at, 'Write { "field": "value" }.'));
      continue;
    }
    const name = typeof key === 'string' ? key : idOf(fields);
    const first = name === undefined ? undefined : items.get(name);
    if (name === undefined) {
      const what = Object.hasOwn(fields, 'id')
        ? `the "id" of ${named} is not a text or a whole number`
        : `${named} has no "id"`;
      mistakes.push(() => fail(what, [...at, 'id'], 'It is what the picture is called: a text or a whole number.'));
    } else if (explainName(name) !== undefined) {
      const { what, next } = badName(name, path, source);
      mistakes.push(() =>
        typeof key === 'string'
          ? badName(name, path, source)
          : new PromptImageError(kind.code, what, { place: locator.value([...at, 'id']), next }),
      );
    } else if (first) {
      mistakes.push(() => {
        const { line, column } = locator.value([...first.path, 'id']);
        return fail(
          `two items have the id ${JSON.stringify(name)}`,
          [...at, 'id'],
          `The first is in line ${line}, column ${column}.`,
        );
      });
    } else {
      items.set(name, { name, fields, path: at });
    }
  }
  throwMistakes(mistakes);
  return { ...source, items: [...items.values()] };
}

/** What an item changes of its collection. @throws the code of the file's kind, `NOT_BUILT_YET` */
export function parseOverride({ fields, path }: Item, { kind, locator }: Items): OverrideInput | undefined {
  if (!Object.hasOwn(fields, OVERRIDE)) return undefined;
  const subject = { kind, locator, holder: 'override', schema: overrideSchema, path: [...path, OVERRIDE] } as const;
  return parseObject(fields[OVERRIDE], subject);
}

function idOf({ id }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
