import type { DevEnvironment } from 'vite';
import { readCode } from './boundaries.js';
import { parseModule } from './parse.js';

/** The names that modules import from a manifest or pass on, in all that was served so far. `default` is not told apart. */
export async function findImportedNames(environment: DevEnvironment, file: string): Promise<string[]> {
  const manifests = [...(environment.moduleGraph.getModulesByFile(file) ?? [])];
  const paths = manifests.map(({ url }) => pathOf(url));
  const importers = new Set(manifests.flatMap((manifest) => [...manifest.importers]));
  const codes = await Promise.all([...importers].map((importer) => readCode(environment, importer)));
  // In the code the path stands behind the base.
  const isIt = (source: string) => paths.some((path) => pathOf(source).endsWith(path));
  const names = await Promise.all(codes.map((code) => (code === undefined ? [] : namesIn(code, isIt))));
  return names.flat();
}

async function namesIn(code: string, isIt: (source: string) => boolean): Promise<string[]> {
  return (await parseModule(code)).body.flatMap((statement) => {
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
