import type * as z from 'zod';
import { type Place, PromptImageError } from '../failure.js';
import { didYouMean, explainIssue, renderPath } from './issues.js';
import type { FileKind } from './json.js';
import type { JsonLocator, JsonPath } from './locate.js';
import { explainName, findLostNames } from './names.js';
import { reservedFields } from './schema.js';
import { explainStray, type Holder } from './strays.js';

/** What is parsed: in which file, where in it, and as what. */
export interface Subject {
  kind: FileKind;
  holder: Holder;
  schema: z.ZodObject;
  locator: JsonLocator;
  /** Where it stands in its document. */
  path: JsonPath;
}

/** Further mistakes that are named with the first one; a file with more of them is something else altogether. */
const MOST = 10;

/**
 * Takes a value for what its schema says.
 *
 * @throws the code of the file's kind, `NOT_BUILT_YET`
 */
export function parseObject<Schema extends z.ZodObject>(
  value: unknown,
  subject: Subject & { schema: Schema },
): z.infer<Schema> {
  const { kind, locator, path, schema } = subject;
  const parsed = schema.safeParse(value, { reportInput: true });
  const lost = findLostNames(value).map(
    ([field, name]) =>
      () =>
        badName(name, [...path, field], subject),
  );
  const issues = parsed.error?.issues ?? [];
  // A misspelt field is why another one is missing, so it comes first.
  const isUnknown = (issue: z.core.$ZodIssue) => Number(issue.code === 'unrecognized_keys');
  const mistakes = issues
    .toSorted((a, b) => isUnknown(b) - isUnknown(a))
    .flatMap((issue): (() => PromptImageError)[] => {
      const inside = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => () => unknownKey(key, inside, subject));
      const at = [...path, ...inside];
      if (issue.code === 'invalid_key') return [() => badName(String(at.at(-1)), at.slice(0, -1), subject)];
      const explain = () => explainIssue(issue, at, kind.name);
      return [() => new PromptImageError(kind.code, explain(), { place: placeOf(issue, at, locator) })];
    });
  throwMistakes([...lost, ...mistakes]);
  return parsed.data as z.infer<Schema>;
}

/** One file, one message: further mistakes are named in the same breath, so that fixing takes one round. */
export function throwMistakes(mistakes: readonly (() => PromptImageError)[]): void {
  const [first, ...rest] = mistakes.slice(0, MOST + 1).map((explain) => explain());
  if (!first) return;
  if (rest.length === 0) throw first;
  const more = mistakes.length - 1 - rest.length;
  const also = rest.map(({ place, what, next }) => {
    const hint = next?.startsWith('Did you mean') ? `. ${next}` : '';
    return `  ${place?.line}:${place?.column} ${what}${hint}`;
  });
  const next = [first.next, 'Also:', ...also, more > 0 ? `  and ${more} more` : undefined];
  throw new PromptImageError(first.code, first.what, {
    place: first.place,
    next: next.filter((line) => line !== undefined).join('\n'),
  });
}

/** Of what is wrong with a field being there at all the key, else the value. */
function placeOf(issue: z.core.$ZodIssue, path: JsonPath, locator: JsonLocator): Place {
  const onKey = issue.code === 'custom' && issue.params?.onKey === true;
  return onKey ? locator.key(path.slice(0, -1), String(path.at(-1))) : locator.value(path);
}

/** @param path of what the name stands in */
export function badName(
  name: string,
  path: JsonPath,
  { kind, locator }: Pick<Subject, 'kind' | 'locator'>,
): PromptImageError {
  const named = path.at(-1) === 'variants' ? 'a variant' : 'an item';
  return new PromptImageError(kind.code, `${named} cannot be called ${JSON.stringify(name)}: ${explainName(name)}`, {
    place: locator.key(path, name),
    next: 'Choose another name.',
  });
}

function unknownKey(key: string, inside: JsonPath, { kind, holder, schema, locator, path }: Subject): PromptImageError {
  const place = locator.key([...path, ...inside], key);
  if (!inside.includes('output') && reservedFields.includes(key)) {
    return new PromptImageError('NOT_BUILT_YET', `"${key}" is not built yet in this version`, {
      place,
      next: 'Remove it; nothing else stands in for it today.',
    });
  }
  const inner = holderAt(inside, holder);
  const stray = inner && explainStray(inner, key);
  if (stray) return new PromptImageError(kind.code, stray.what, { place, next: stray.next });
  return new PromptImageError(kind.code, `unknown field "${renderPath([...path, ...inside, key])}"`, {
    place,
    next: didYouMean(key, inside, schema) ?? 'Remove it.',
  });
}

/** What holds fields at `inside` an object; `undefined`: something smaller. */
function holderAt(inside: JsonPath, outside: Holder): Holder | undefined {
  if (inside.length === 0) return outside;
  if (inside.length !== 2 || inside[0] !== 'variants') return undefined;
  return outside === 'image' ? 'variant' : 'collectionVariant';
}
