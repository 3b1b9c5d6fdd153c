import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

/**
 * Sets one field of a JSON document, or takes it out, and leaves every other byte as it is. (The editing that jsonc-parser brings
 * along formats the neighbours, too.)
 *
 * @param text valid JSON, an object with at least one other field
 * @param path names of objects in each other, and of the field; objects that are not there are made
 * @param value absent: the field goes, and with it an object of the document's own in which it was the last
 */
export function setField(text: string, path: readonly [string, ...string[]], value?: string | number): string {
  const tree = parseTree(text);
  if (!tree) throw new RangeError('There is no JSON');
  const depth = depthOf(tree, path);
  const holder = findNodeAtLocation(tree, path.slice(0, depth)) ?? tree;
  if (depth === path.length) {
    if (value !== undefined) return splice(text, holder.offset, endOf(holder), JSON.stringify(value));
    return withoutField(text, tree, path);
  }
  if (value === undefined) return text;
  const [name = '', ...inner] = path.slice(depth);
  const written = inner.reduceRight((inside, key) => `{ ${JSON.stringify(key)}: ${inside} }`, JSON.stringify(value));
  return withField(text, holder, `${JSON.stringify(name)}: ${written}`);
}

/** How far along the path there are values. */
function depthOf(tree: Node, path: readonly string[]): number {
  let depth = 0;
  while (depth < path.length && findNodeAtLocation(tree, path.slice(0, depth + 1))) depth += 1;
  return depth;
}

function withField(text: string, object: Node, field: string): string {
  const [first] = fieldsOf(object);
  const last = fieldsOf(object).at(-1);
  if (!first || !last) return splice(text, object.offset, endOf(object), `{ ${field} }`);
  // As the first field stands apart from the bracket, so do all from each other.
  const space = text.slice(object.offset + 1, first.offset);
  return splice(text, endOf(last), endOf(last), `,${space}${field}`);
}

function withoutField(text: string, tree: Node, path: readonly string[]): string {
  const field = findNodeAtLocation(tree, [...path])?.parent;
  const object = field?.parent;
  if (!field || !object) return text;
  const fields = fieldsOf(object);
  const parents = path.slice(0, -1);
  if (fields.length === 1 && parents.length === 1) return withoutField(text, tree, parents);
  const at = fields.indexOf(field);
  const [before, after] = [fields[at - 1], fields[at + 1]];
  if (before) return splice(text, endOf(before), endOf(field), '');
  return splice(text, field.offset, after?.offset ?? endOf(field), '');
}

function fieldsOf(object: Node): readonly Node[] {
  return object.children ?? [];
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function splice(text: string, start: number, end: number, written: string): string {
  return text.slice(0, start) + written + text.slice(end);
}
