import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { PromptImageError } from '../failure.js';
import { didYouMean, explainIssue } from './issues.js';
import { JsonLocator } from './locate.js';
import { type ManifestInput, manifestSchema, reservedFields } from './schema.js';

/** A manifest as it stands in its file: valid by itself, nothing inherited yet. */
export interface Manifest {
  /** Relative to the project's root, with forward slashes: the image's address. */
  file: string;
  input: ManifestInput;
  locator: JsonLocator;
}

/** Far above any prompt; what is larger is not a manifest, and would be slow to point into. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/**
 * Parses the text of one `*.image.json`.
 *
 * @param file relative to the root; only for messages and as the image's address
 * @throws `MANIFEST_INVALID` with line and column; `NOT_BUILT_YET` for fields of later versions
 */
export function parseManifest(file: string, text: string): Manifest {
  const { value, locator } = parseJson(file, text);
  const parsed = manifestSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw invalid(parsed.error, locator);
  checkTemplates(parsed.data, locator);
  checkSizes(parsed.data, locator);
  return { file, input: parsed.data, locator };
}

function parseJson(file: string, raw: string): { value: unknown; locator: JsonLocator } {
  const text = raw.replace(/^\uFEFF/, '');
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) {
    throw new PromptImageError('MANIFEST_INVALID', 'is larger than 1 MB, which no manifest needs to be', {
      place: { file },
    });
  }
  const locator = new JsonLocator(file, text);
  if (text.trim() === '') {
    throw new PromptImageError('MANIFEST_INVALID', 'is empty', {
      place: { file },
      next: 'The least that it needs is { "prompt": "…" }.',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw syntaxError(text, locator, error);
  }
  const duplicate = locator.duplicateKey();
  if (duplicate) {
    throw new PromptImageError('MANIFEST_INVALID', `"${duplicate.name}" stands twice in one object`, {
      place: duplicate.place,
      next: 'Keep one of the two.',
    });
  }
  return { value, locator };
}

function syntaxError(text: string, locator: JsonLocator, cause: SyntaxError): PromptImageError {
  if (/^(<{7}|={7}|>{7})( |$)/m.test(text)) {
    return new PromptImageError('MANIFEST_INVALID', 'has the markers of an unfinished merge', {
      place: locator.offset(text.search(/^(<{7}|={7}|>{7})( |$)/m)),
      next: 'Settle the conflict, then build again.',
      cause,
    });
  }
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) {
    // JSON.parse is the stricter of the two (raw newlines in strings, for one) and does not say where.
    return new PromptImageError('MANIFEST_INVALID', `is not JSON: ${cause.message}`, {
      place: locator.offset(0),
      cause,
    });
  }
  const reason = printParseErrorCode(first.error);
  const what =
    reason === 'InvalidCommentToken' ? 'has a comment, which JSON does not allow' : `is not JSON: ${spaced(reason)}`;
  return new PromptImageError('MANIFEST_INVALID', what, { place: locator.offset(first.offset), cause });
}

/** `CommaExpected` → `comma expected` */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function invalid(error: z.ZodError, locator: JsonLocator): PromptImageError {
  const failures = error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code !== 'unrecognized_keys') {
      return [new PromptImageError('MANIFEST_INVALID', explainIssue(issue, path), { place: locator.value(path) })];
    }
    return issue.keys.map((key) => unknownKey(key, path, locator));
  });
  const [first, ...rest] = failures;
  if (!first) throw error;
  // One file, one message: further mistakes are named in the same breath, so that fixing takes one round.
  if (rest.length === 0) return first;
  return new PromptImageError(first.code, first.what, {
    place: first.place,
    next: [
      first.next,
      'Also:',
      ...rest.map((failure) => `  ${failure.place?.line}:${failure.place?.column} ${failure.what}`),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
  });
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

/** `{{name}}` belongs to collections; here it would be sent to the model as it stands, which nobody wants. */
function checkTemplates({ prompt, alt, style, references }: ManifestInput, locator: JsonLocator): void {
  const texts: [path: (string | number)[], text: string | null | undefined][] = [
    [['prompt'], prompt],
    [['alt'], alt],
    [['style'], style],
    ...(references ?? []).map((reference, index): [(string | number)[], string] => [['references', index], reference]),
  ];
  for (const [path, text] of texts) {
    if (!text || !hasTemplate(text)) continue;
    throw new PromptImageError(
      'MANIFEST_INVALID',
      `"${path[0]}" has a template {{…}}, which only collections fill in`,
      {
        place: locator.match(path, /(?<!\\)\{\{/),
        next: 'Write \\\\{{ for two literal braces.',
      },
    );
  }
}

export function hasTemplate(text: string): boolean {
  return /(?<!\\)\{\{/.test(text);
}

function checkSizes({ output }: ManifestInput, locator: JsonLocator): void {
  if (output?.width != null && output.widths != null) {
    throw new PromptImageError('MANIFEST_INVALID', '"width" and "widths" exclude each other', {
      place: locator.key(['output'], 'width'),
      next: 'Keep "widths" for pictures that grow with the page, "width" with "densities" for logos and avatars.',
    });
  }
}
