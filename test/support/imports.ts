import { posix } from 'node:path';
import ts from 'typescript';

/** Modules by path, each with what it imports: paths of other modules, or names of packages. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** @param sources text by path, with forward slashes */
export function importGraph(sources: Readonly<Record<string, string>>): ImportGraph {
  return new Map(
    Object.entries(sources).map(([file, text]) => [
      file,
      specifiersOf(file, text).map((specifier) =>
        specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts') : specifier,
      ),
    ]),
  );
}

/** All that a module names another by: imports, exports from, `import()` and `import('…')` types, `require()`. */
function specifiersOf(file: string, text: string): string[] {
  const specifiers: string[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteralLike(node)) specifiers.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isExternalModuleReference(node)) add(node.expression);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    if (ts.isCallExpression(node) && isImport(node.expression)) add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return specifiers;
}

function isImport(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

/** Modules that import each other in a circle, the first of them again at the end; `undefined` where there are none. */
export function findCycle(graph: ImportGraph): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/**
 * Imports that do not lead down, as `from → to`; modules that are in no room, and imports of what is not there.
 *
 * @param rows rooms from the highest to the lowest, those of one row side by side: folders end with a slash
 */
export function findStrays(graph: ImportGraph, rows: readonly (readonly string[])[]): string[] {
  const roomOf = (file: string) => {
    for (const [height, rooms] of rows.entries()) {
      const name = rooms.find((room) => room === file || (room.endsWith('/') && file.startsWith(room)));
      if (name !== undefined) return { name, height };
    }
    return undefined;
  };
  return [...graph].flatMap(([file, imports]) => {
    const from = roomOf(file);
    if (!from) return [`${file} is in no room`];
    return imports
      .filter((target) => target.startsWith('src/'))
      .filter((target) => {
        const to = graph.has(target) ? roomOf(target) : undefined;
        return !to || (to.name !== from.name && to.height <= from.height);
      })
      .map((target) => `${file} → ${target}`);
  });
}
