export type Fields = Record<string, unknown>;

/**
 * Makes `target` equal to `next`, the order of its keys included, without replacing it or an object inside it: whoever
 * holds one of them, or a reactive proxy over it, sees the new values.
 */
export function replaceFields(target: Fields, next: Fields): void {
  for (const name of Object.keys(target)) {
    if (!Object.hasOwn(next, name)) delete target[name];
  }
  const names = Object.keys(next);
  const isInOrder = Object.keys(target).every((name, index) => name === names[index]);
  for (const [name, value] of Object.entries(next)) {
    const present = Object.hasOwn(target, name) ? target[name] : undefined;
    const isKept = isFields(present) && isFields(value);
    if (isKept && present !== value) replaceFields(present, value);
    // A key's place is that of its first assignment.
    if (!isInOrder) delete target[name];
    const field = isKept ? present : value;
    if (!isInOrder || present !== field) target[name] = field;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
