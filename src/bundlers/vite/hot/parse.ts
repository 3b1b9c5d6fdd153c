import type { Program } from 'acorn';

/**
 * A module as pages get it. Not by the parser of Vite: a framework may keep its Vite where this package cannot import it. Loaded
 * with the first update, so that builds do without.
 */
export async function parseModule(code: string): Promise<Program> {
  const { parse } = await import('acorn');
  return parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
}
