import { createScanner, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type Place, PromptImageError } from '../failure.js';
import { JsonLocator, placeAt } from './locate.js';

/** Far above any prompt; what is larger is not a manifest, and would be slow to point into. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** A manifest nests three levels deep; parsers that recurse would fall over far above this. */
const MAX_DEPTH = 32;

const MERGE_MARKER = /^(<{7}|={7}|>{7})( |$)/m;

export interface JsonDocument {
  value: unknown;
  locator: JsonLocator;
}

/**
 * Parses strict JSON, and knows where its values stand.
 *
 * @throws `MANIFEST_INVALID` with line and column
 */
export function parseJson(file: string, raw: string): JsonDocument {
  const text = raw.replace(/^\uFEFF/, '');
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) throw tooLarge(file);
  if (text.trim() === '') {
    throw new PromptImageError('MANIFEST_INVALID', 'is empty', {
      place: { file, line: 1, column: 1 },
      next: 'The least that it needs is { "prompt": "…" }.',
    });
  }
  const deep = findDepth(text);
  if (deep !== undefined) {
    throw new PromptImageError('MANIFEST_INVALID', 'nests deeper than any manifest does', {
      place: placeAt(file, text, deep),
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw syntaxError(file, text, error);
  }
  const locator = new JsonLocator(file, text);
  const duplicate = locator.duplicateKey();
  if (duplicate) {
    throw new PromptImageError('MANIFEST_INVALID', `"${duplicate.name}" stands twice in one object`, {
      place: duplicate.place,
      next: 'Keep one of the two.',
    });
  }
  return { value, locator };
}

export function tooLarge(file: string): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', 'is larger than 1 MB, which no manifest needs to be', {
    place: { file, line: 1, column: 1 },
  });
}

export function notUtf8(place: Place): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', 'is not UTF-8 text', { place, next: 'Save it as UTF-8.' });
}

/** Where the bracket opens that nests too deeply. */
function findDepth(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth++;
    else if (first === '}' || first === ']') depth--;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

function syntaxError(file: string, text: string, cause: SyntaxError): PromptImageError {
  const at = (offset: number) => placeAt(file, text, offset);
  const nul = text.indexOf('\0');
  if (nul !== -1) return notUtf8(at(nul));
  const marker = text.search(MERGE_MARKER);
  if (marker !== -1) {
    return new PromptImageError('MANIFEST_INVALID', 'has the markers of an unfinished merge', {
      place: at(marker),
      next: 'Settle the conflict, then build again.',
      cause,
    });
  }
  const { what, offset } = explainSyntax(text);
  return new PromptImageError('MANIFEST_INVALID', what, { place: at(offset), cause });
}

function explainSyntax(text: string): { what: string; offset: number } {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [{ error, offset } = { error: 0, offset: 0 }] = errors;
  const before = text.slice(0, offset).trimEnd();
  if (before.endsWith(',') && /[}\]]/.test(text.charAt(offset))) {
    return { what: 'has a trailing comma, which JSON does not allow', offset: before.length - 1 };
  }
  const reason = printParseErrorCode(error);
  if (reason === 'InvalidCommentToken') return { what: 'has a comment, which JSON does not allow', offset };
  return { what: `is not JSON: ${spaced(reason)}`, offset };
}

/** `CommaExpected` → `comma expected` */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
