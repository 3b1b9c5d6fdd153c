import type { Program } from 'acorn';
import { parseModule } from './parse.js';

/** Calls that the refresh transform of React and Preact appends, one for each component that it recognised. */
const REGISTRATION = /\$RefreshReg\$\(\s*\w+\s*,\s*["']([^"']+)["']/g;

/** Whether Fast Refresh takes part in a module, from its transformed code. */
export function hasFastRefresh(code: string): boolean {
  return code.includes('$RefreshReg$');
}

/**
 * Whether a module exports recognised components and nothing else. One that exports more gives its importers objects of
 * a new identity, so plugin-react refuses the update and the page reloads. In doubt it is no.
 */
export async function exportsOnlyComponents(code: string): Promise<boolean> {
  const components = new Set(Array.from(code.matchAll(REGISTRATION), ([, name]) => name));
  const exported = (await parseModule(code)).body.flatMap(exportedNames);
  return exported.length > 0 && exported.every((name) => name !== undefined && components.has(name));
}

type Statement = Program['body'][number];

/** The local names that a statement exports; undefined for what has none here. */
function exportedNames(statement: Statement): (string | undefined)[] {
  if (statement.type === 'ExportAllDeclaration') return [undefined];
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    if (declaration.type === 'Identifier') return [declaration.name];
    // The transform registers `export default memo(App)` under this name.
    return [declaration.type === 'FunctionDeclaration' && declaration.id ? declaration.id.name : '%default%'];
  }
  if (statement.type !== 'ExportNamedDeclaration') return [];
  const { declaration, source, specifiers } = statement;
  if (source) return [undefined];
  if (!declaration) return specifiers.map(({ local }) => (local.type === 'Identifier' ? local.name : undefined));
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : undefined));
  }
  return [declaration.type === 'FunctionDeclaration' ? declaration.id?.name : undefined];
}
