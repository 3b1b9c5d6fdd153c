import { parseModule } from './parse.js';

/** Syntax by which a module makes a value with an identity of its own, or acts on something else. */
const MAKES_OR_ACTS = new Set([
  'ArrayExpression',
  'ArrowFunctionExpression',
  'AssignmentExpression',
  'AwaitExpression',
  'CallExpression',
  'ClassDeclaration',
  'ClassExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'ImportExpression',
  'NewExpression',
  'ObjectExpression',
  'TaggedTemplateExpression',
  'UpdateExpression',
]);

/**
 * Whether a second instance of a module cannot be told from the first: it passes imports on, or values read from them,
 * and makes nothing itself.
 */
export async function isStateless(code: string): Promise<boolean> {
  return (await parseModule(code)).body.every(isHarmless);
}

function isHarmless(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return true;
  if ('type' in node && MAKES_OR_ACTS.has(String(node.type))) return false;
  if ('kind' in node && (node.kind === 'let' || node.kind === 'var')) return false;
  return Object.values(node).every(isHarmless);
}
