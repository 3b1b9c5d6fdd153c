/** `{{`, or with a backslash before it two literal braces. */
const BRACES = /\\?\{\{/g;

/**
 * Where a template `{{…}}` starts that nothing fills in; -1 where there is none. Templates belong to collections:
 * elsewhere they would be sent to the model as they stand, which nobody wants.
 */
export function findTemplate(text: string): number {
  for (const { 0: braces, index } of text.matchAll(BRACES)) if (braces === '{{') return index;
  return -1;
}

/** `\{{` → `{{` */
export function unescapeBraces(text: string): string {
  return text.replace(BRACES, '{{');
}
