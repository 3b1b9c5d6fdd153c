import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { Place } from '../failure.js';

type JsonPath = readonly (string | number)[];

/** Finds the places of values in one JSON document, for messages that point at a line. */
export class JsonLocator {
  readonly #file: string;
  readonly #text: string;
  readonly #tree: Node | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#tree = tolerantTree(text);
  }

  /** The value at `path`, or as much of the path as exists. */
  value(path: JsonPath): Place {
    for (let length = path.length; length > 0; length--) {
      const node = this.#find(path.slice(0, length));
      if (node) return this.offset(node.offset);
    }
    return this.offset(this.#tree?.offset ?? 0);
  }

  /** The key (not its value) `name` of the object at `path`. */
  key(path: JsonPath, name: string): Place {
    const property = this.#find([...path, name])?.parent;
    return property ? this.offset(property.offset) : this.value(path);
  }

  /** The first key that stands twice in one object. JSON.parse takes the last in silence, which is what merges leave behind. */
  duplicateKey(): { name: string; place: Place } | undefined {
    const pending = this.#tree ? [this.#tree] : [];
    for (let node = pending.pop(); node; node = pending.pop()) {
      const names = new Set<string>();
      for (const child of node.children ?? []) {
        pending.push(child);
        if (child.type !== 'property') continue;
        const name = String(child.children?.[0]?.value);
        if (names.has(name)) return { name, place: this.offset(child.offset) };
        names.add(name);
      }
    }
    return undefined;
  }

  offset(offset: number): Place {
    return placeAt(this.#file, this.#text, offset);
  }

  /** The first match of `pattern` inside the value at `path`, else the value itself. */
  match(path: JsonPath, pattern: RegExp): Place {
    const node = this.#find(path);
    if (!node) return this.value(path);
    const raw = this.#text.slice(node.offset, node.offset + node.length);
    return this.offset(node.offset + Math.max(0, raw.search(pattern)));
  }

  #find(path: JsonPath): Node | undefined {
    return this.#tree && findNodeAtLocation(this.#tree, [...path]);
  }
}

/** A position in any text, counted in UTF-16 units as JavaScript does. */
export function placeAt(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return { file, line, column, frame: renderFrame(text, line, column) };
}

/** jsonc-parser recurses; a document nested too deeply for it simply has no positions. */
function tolerantTree(text: string): Node | undefined {
  try {
    return parseTree(text, [], { disallowComments: true });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const CONTEXT = 2;
const WIDEST = 160;

/** The line with two neighbours on each side and a caret under the column; long lines are cut. */
function renderFrame(text: string, line: number, column: number): string {
  const lines = text.split('\n');
  const first = Math.max(1, line - CONTEXT);
  const last = Math.min(lines.length, line + CONTEXT);
  const gutter = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const content = (lines[number - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
    const shown = content.length > WIDEST ? `${content.slice(0, WIDEST)}…` : content;
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${shown}`);
    if (number === line && column <= WIDEST) frame.push(`  ${' '.repeat(gutter)} | ${' '.repeat(column - 1)}^`);
  }
  return frame.join('\n');
}
