import type { z } from 'zod';
import { type Place, PromptImageError } from '../failure.js';
import { findTemplate } from './braces.js';
import { didYouMean, explainIssue } from './issues.js';
import { parseJson } from './json.js';
import type { JsonLocator } from './locate.js';
import { checkReference, unfilledTemplate } from './references.js';
import { type ManifestInput, manifestSchema, reservedFields } from './schema.js';

/** A manifest as it stands in its file: valid by itself, nothing inherited yet. */
export interface Manifest {
  /** Relative to the project's root, with forward slashes: the image's address. */
  file: string;
  input: ManifestInput;
  locator: JsonLocator;
}

/**
 * Parses the text of one `*.image.json`.
 *
 * @param file relative to the root; only for messages and as the image's address
 * @throws `MANIFEST_INVALID` with line and column; `NOT_BUILT_YET` for what later versions bring
 */
export function parseManifest(file: string, text: string): Manifest {
  if (file.endsWith('.images.json')) {
    throw new PromptImageError('NOT_BUILT_YET', 'collections (*.images.json) are not built yet in this version', {
      place: { file },
      next: 'Write one *.image.json an image.',
    });
  }
  const { value, locator } = parseJson(file, text);
  const parsed = manifestSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw invalid(parsed.error, locator);
  checkTexts(parsed.data, locator);
  return { file, input: parsed.data, locator };
}

/** Further mistakes that are named with the first one; a file with more of them is something else altogether. */
const MOST = 10;

/** One file, one message: further mistakes are named in the same breath, so that fixing takes one round. */
function invalid(error: z.ZodError, locator: JsonLocator): PromptImageError {
  // A misspelt field is why another one is missing, so it comes first.
  const isUnknown = (issue: z.core.$ZodIssue) => Number(issue.code === 'unrecognized_keys');
  const issues = error.issues.toSorted((a, b) => isUnknown(b) - isUnknown(a));
  const mistakes = issues.flatMap((issue): (() => PromptImageError)[] => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => () => unknownKey(key, path, locator));
    return [
      () =>
        new PromptImageError('MANIFEST_INVALID', explainIssue(issue, path), { place: placeOf(issue, path, locator) }),
    ];
  });
  const [first, ...rest] = mistakes.slice(0, MOST + 1).map((explain) => explain());
  if (!first) throw error;
  if (rest.length === 0) return first;
  const more = mistakes.length - 1 - rest.length;
  const also = rest.map(({ place, what, next }) => {
    const hint = next?.startsWith('Did you mean') ? `. ${next}` : '';
    return `  ${place?.line}:${place?.column} ${what}${hint}`;
  });
  const next = [first.next, 'Also:', ...also, more > 0 ? `  and ${more} more` : undefined];
  return new PromptImageError(first.code, first.what, {
    place: first.place,
    next: next.filter((line) => line !== undefined).join('\n'),
  });
}

/** Of what is wrong with a field being there at all the key, else the value. */
function placeOf(issue: z.core.$ZodIssue, path: (string | number)[], locator: JsonLocator): Place {
  const onKey = issue.code === 'custom' && issue.params?.onKey === true;
  return onKey ? locator.key(path.slice(0, -1), String(path.at(-1))) : locator.value(path);
}

function unknownKey(key: string, path: (string | number)[], locator: JsonLocator): PromptImageError {
  const place = locator.key(path, key);
  if (path.length === 0 && reservedFields.includes(key)) {
    return new PromptImageError('NOT_BUILT_YET', `"${key}" is not built yet in this version`, {
      place,
      next: 'Remove it; nothing else stands in for it today.',
    });
  }
  return new PromptImageError('MANIFEST_INVALID', `unknown field "${[...path, key].join('.')}"`, {
    place,
    next: didYouMean(key, path) ?? 'Remove it.',
  });
}

function checkTexts({ prompt, alt, style, references }: ManifestInput, locator: JsonLocator): void {
  for (const [field, text] of Object.entries({ prompt, alt, style })) {
    const template = findTemplate(text ?? '');
    if (template !== -1) throw unfilledTemplate(field, locator.character([field], template));
  }
  for (const [index, reference] of (references ?? []).entries()) {
    const path = ['references', index];
    checkReference(reference, (character) =>
      character === undefined ? locator.value(path) : locator.character(path, character),
    );
  }
}
