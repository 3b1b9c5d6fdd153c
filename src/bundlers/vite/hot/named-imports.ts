import { type DevEnvironment, parseAst } from 'vite';
import { readCode } from './boundaries.js';

/** The names that modules import from a manifest or pass on, in all that was served so far. `default` is not told apart. */
export async function findImportedNames(environment: DevEnvironment, file: string): Promise<string[]> {
  const manifests = [...(environment.moduleGraph.getModulesByFile(file) ?? [])];
  const paths = manifests.map(({ url }) => pathOf(url));
  const importers = new Set(manifests.flatMap((manifest) => [...manifest.importers]));
  const codes = await Promise.all([...importers].map((importer) => readCode(environment, importer)));
  // In the code the path stands behind the base.
  const isIt = (source: string) => paths.some((path) => pathOf(source).endsWith(path));
  return codes.flatMap((code) => (code === undefined ? [] : namesIn(code, isIt)));
}

function namesIn(code: string, isIt: (source: string) => boolean): string[] {
  return parseAst(code).body.flatMap((statement) => {
    if (statement.type === 'ImportDeclaration' && isIt(String(statement.source.value))) {
      return statement.specifiers.flatMap((each) => (each.type === 'ImportSpecifier' ? [nameOf(each.imported)] : []));
    }
    if (statement.type === 'ExportNamedDeclaration' && statement.source && isIt(String(statement.source.value))) {
      return statement.specifiers.map(({ local }) => nameOf(local));
    }
    return [];
  });
}

/** Of a specifier, which may also be a string. */
function nameOf(node: { type: string; name?: string; value?: unknown }): string {
  return node.name ?? String(node.value);
}

function pathOf(url: string): string {
  return url.replace(/\?.*$/, '');
}
