import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

/**
 * Sets one field of a JSON object, or takes it out, and leaves every other byte as it is. (The editing that jsonc-parser brings
 * along formats the neighbours, too.)
 *
 * @param text valid JSON, an object with at least one other field
 * @param value absent: the field goes
 */
export function setField(text: string, name: string, value?: string | number): string {
  const tree = parseTree(text);
  const fields = tree?.children ?? [];
  const last = fields.at(-1);
  if (!tree || !last) throw new RangeError('There is no object with a field');
  const field = findNodeAtLocation(tree, [name])?.parent;
  if (value === undefined) return field ? withoutField(text, fields, field) : text;
  const written = JSON.stringify(value);
  const present = field?.children?.[1];
  if (present) return splice(text, present.offset, endOf(present), written);
  // As the first field stands apart from the bracket, so do all from each other.
  const space = text.slice(tree.offset + 1, fields[0]?.offset);
  return splice(text, endOf(last), endOf(last), `,${space}"${name}": ${written}`);
}

function withoutField(text: string, fields: readonly Node[], field: Node): string {
  const at = fields.indexOf(field);
  const [before, after] = [fields[at - 1], fields[at + 1]];
  if (before) return splice(text, endOf(before), endOf(field), '');
  return splice(text, field.offset, after?.offset ?? endOf(field), '');
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function splice(text: string, start: number, end: number, written: string): string {
  return text.slice(0, start) + written + text.slice(end);
}
