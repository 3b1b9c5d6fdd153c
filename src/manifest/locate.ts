import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { Place } from '../failure.js';

export type JsonPath = readonly (string | number)[];

/** Finds the places of values in one valid JSON document, for messages that point at a line. */
export class JsonLocator {
  readonly #file: string;
  readonly #text: string;
  readonly #tree: Node | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#tree = parseTree(text);
  }

  /** The value at `path`, or as much of the path as exists. */
  value(path: JsonPath): Place {
    for (let length = path.length; length > 0; length--) {
      const node = this.#find(path.slice(0, length));
      if (node) return this.#at(node.offset);
    }
    return this.#at(this.#tree?.offset ?? 0);
  }

  /** The key (not its value) `name` of the object at `path`. */
  key(path: JsonPath, name: string): Place {
    const property = this.#find([...path, name])?.parent;
    return property ? this.#at(property.offset) : this.value(path);
  }

  /** The character at `index` of the text at `path`. */
  character(path: JsonPath, index: number): Place {
    const node = this.#find(path);
    if (node?.type !== 'string') return this.value(path);
    const raw = this.#text.slice(node.offset + 1, node.offset + node.length - 1);
    let offset = node.offset + 1;
    let left = index;
    for (const [written] of raw.matchAll(/\\u.{4}|\\.|./gs)) {
      if (left-- === 0) break;
      offset += written.length;
    }
    return this.#at(offset);
  }

  /** Names in the object at `path` as they stand in the file: JavaScript puts those that look like numbers first. */
  keys(path: JsonPath): string[] {
    const node = this.#find(path);
    return node?.type === 'object' ? (node.children ?? []).map(nameOf) : [];
  }

  /** The first key that stands twice in one object. JSON.parse takes the last in silence, which is what merges leave behind. */
  duplicateKey(): { name: string; place: Place } | undefined {
    const property = this.#tree && findDuplicate(this.#tree);
    return property && { name: nameOf(property), place: this.#at(property.offset) };
  }

  #at(offset: number): Place {
    return placeAt(this.#file, this.#text, offset);
  }

  #find(path: JsonPath): Node | undefined {
    return this.#tree && findNodeAtLocation(this.#tree, [...path]);
  }
}

function findDuplicate(node: Node): Node | undefined {
  const names = new Set<string>();
  for (const child of node.children ?? []) {
    if (child.type === 'property') {
      const name = nameOf(child);
      if (names.has(name)) return child;
      names.add(name);
    }
    const inside = findDuplicate(child);
    if (inside) return inside;
  }
  return undefined;
}

function nameOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

/** A position in any text, counted in UTF-16 units as JavaScript and editors do. */
export function placeAt(file: string, text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  const column = offset - start + 1;
  return { file, line, column, frame: renderFrame(linesAround(text, start), line, column) };
}

const CONTEXT = 2;
const WIDEST = 160;

/** The line that starts at `start`, with its neighbours before and behind. */
function linesAround(text: string, start: number): { before: string[]; here: string; behind: string[] } {
  let first = start;
  for (let count = 0; count < CONTEXT && first > 0; count++) first = text.lastIndexOf('\n', first - 2) + 1;
  let end = start;
  for (let count = 0; count <= CONTEXT && end <= text.length; count++) {
    const at = text.indexOf('\n', end);
    end = at === -1 ? text.length + 1 : at + 1;
  }
  const [here = '', ...behind] = text.slice(start, end - 1).split('\n');
  return { before: first === start ? [] : text.slice(first, start - 1).split('\n'), here, behind };
}

/** The line with two neighbours on each side and a caret under the column; long lines are cut, control characters shown as blanks. */
function renderFrame({ before, here, behind }: ReturnType<typeof linesAround>, line: number, column: number): string {
  const gutter = String(line + behind.length).length;
  const first = line - before.length;
  const frame: string[] = [];
  for (const [index, text] of [...before, here, ...behind].entries()) {
    const number = first + index;
    const content = text
      .slice(0, WIDEST + 1)
      .replace(/\p{Cc}/gu, ' ')
      .trimEnd();
    const shown = content.length > WIDEST ? `${content.slice(0, WIDEST)}…` : content;
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${shown}`);
    if (number === line && column <= WIDEST) frame.push(`  ${' '.repeat(gutter)} | ${' '.repeat(column - 1)}^`);
  }
  return frame.join('\n');
}
