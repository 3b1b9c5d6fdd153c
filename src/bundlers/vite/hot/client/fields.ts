export type Fields = Record<string, unknown>;

/**
 * Makes `target` equal to `next` without replacing it or an object inside it: whoever holds one of them, or a reactive
 * proxy over it, sees the new values.
 */
export function replaceFields(target: Fields, next: Fields): void {
  for (const key of Object.keys(target)) {
    if (!(key in next)) delete target[key];
  }
  for (const [key, value] of Object.entries(next)) {
    const present = target[key];
    if (isFields(present) && isFields(value)) replaceFields(present, value);
    else if (present !== value) target[key] = value;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
