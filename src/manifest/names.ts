import { BASE, NAME } from '../image/address.js';

/** Why an item or a variant cannot be called so; `undefined`: it can. */
export function explainName(name: string): string | undefined {
  if (name === BASE) return `"${BASE}" is what the base picture is called in references`;
  if (NAME.test(name)) return undefined;
  return 'a name starts with a letter or a digit and holds letters, digits, "_", "-" and "." alone';
}

/** The path of each `__proto__` among the names of variants and takes: zod leaves it out without a word. */
export function findLostNames(value: unknown): ['variants' | 'takes', string][] {
  if (typeof value !== 'object' || value === null) return [];
  return (['variants', 'takes'] as const).flatMap((field): ['variants' | 'takes', string][] => {
    const named = (value as Record<string, unknown>)[field];
    return typeof named === 'object' && named !== null && Object.hasOwn(named, '__proto__')
      ? [[field, '__proto__']]
      : [];
  });
}
