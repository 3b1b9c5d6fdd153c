import { createScanner, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type Place, PromptImageError } from '../failure.js';
import { isCollectionFile } from '../image/address.js';
import { JsonLocator, placeAt } from './locate.js';

/** A kind of file that people write: how its mistakes are told, and what is too much of it. */
export interface FileKind {
  code: 'MANIFEST_INVALID' | 'PRESET_INVALID' | 'ITEMS_INVALID';
  /** With an article. */
  name: string;
  /** Far above any use; what is larger is something else, and would be slow to point into. */
  maxBytes: number;
  /** Parsers that recurse would fall over far above this. */
  maxDepth: number;
  /** What the smallest file says. */
  least: string;
}

const MEGABYTE = 1024 * 1024;

export const fileKinds = {
  manifest: {
    code: 'MANIFEST_INVALID',
    name: 'a manifest',
    maxBytes: MEGABYTE,
    maxDepth: 32,
    least: 'The least that it needs is { "prompt": "…" }.',
  },
  preset: {
    code: 'PRESET_INVALID',
    name: 'a preset',
    maxBytes: MEGABYTE,
    maxDepth: 32,
    least: 'The least that it needs is {}.',
  },
  items: {
    code: 'ITEMS_INVALID',
    name: 'a file of items',
    maxBytes: 16 * MEGABYTE,
    maxDepth: 100,
    least: 'The least that it needs is {}.',
  },
} as const satisfies Record<string, FileKind>;

/** Of a manifest, and of a preset. */
export const MAX_MANIFEST_BYTES: number = fileKinds.manifest.maxBytes;
export const MAX_ITEMS_BYTES: number = fileKinds.items.maxBytes;

const MERGE_MARKER = /^(<{7}|={7}|>{7})( |$)/m;

export interface JsonDocument {
  value: unknown;
  locator: JsonLocator;
}

/**
 * Parses strict JSON, and knows where its values stand.
 *
 * @throws the code of its kind, with line and column
 */
export function parseJson(file: string, raw: string, kind: FileKind): JsonDocument {
  const text = raw.replace(/^\uFEFF/, '');
  if (Buffer.byteLength(text) > kind.maxBytes) throw tooLarge(file, kind);
  if (text.trim() === '') {
    const place = { file, line: 1, column: 1 };
    throw new PromptImageError(kind.code, 'is empty', { place, next: kind.least });
  }
  const deep = findDepth(text, kind.maxDepth);
  if (deep !== undefined) {
    throw new PromptImageError(kind.code, `nests deeper than ${kind.name.replace(/^a/, 'any')} does`, {
      place: placeAt(file, text, deep),
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw syntaxError(file, text, kind, error);
  }
  const locator = new JsonLocator(file, text);
  const duplicate = locator.duplicateKey();
  if (duplicate) {
    throw new PromptImageError(kind.code, `"${duplicate.name}" stands twice in one object`, {
      place: duplicate.place,
      next: 'Keep one of the two.',
    });
  }
  return { value, locator };
}

export function tooLarge(file: string, { code, name, maxBytes }: FileKind = fileKinds.manifest): PromptImageError {
  const what = `is larger than ${maxBytes / MEGABYTE} MB, which ${name.replace(/^a/, 'no')} needs to be`;
  return new PromptImageError(code, what, {
    place: { file, line: 1, column: 1 },
    next: isCollectionFile(file) ? 'Many items go into a file of their own: "items": "./items.json".' : undefined,
  });
}

export function notUtf8(place: Place, { code }: FileKind = fileKinds.manifest): PromptImageError {
  return new PromptImageError(code, 'is not UTF-8 text', { place, next: 'Save it as UTF-8.' });
}

/** Where the bracket opens that nests too deeply. */
function findDepth(text: string, maxDepth: number): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth++;
    else if (first === '}' || first === ']') depth--;
    if (depth > maxDepth) return scanner.getTokenOffset();
  }
  return undefined;
}

function syntaxError(file: string, text: string, kind: FileKind, cause: SyntaxError): PromptImageError {
  const at = (offset: number) => placeAt(file, text, offset);
  const nul = text.indexOf('\0');
  if (nul !== -1) return notUtf8(at(nul), kind);
  const marker = text.search(MERGE_MARKER);
  if (marker !== -1) {
    return new PromptImageError(kind.code, 'has the markers of an unfinished merge', {
      place: at(marker),
      next: 'Settle the conflict, then build again.',
      cause,
    });
  }
  const { what, offset } = explainSyntax(text);
  return new PromptImageError(kind.code, what, { place: at(offset), cause });
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
