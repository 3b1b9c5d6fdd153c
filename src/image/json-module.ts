import { isExportName } from './export-names.js';
import type { Imported } from './imported.js';

/**
 * The module that a manifest is imported as, for loaders that take JSON alone.
 *
 * @param isModule whether an ES module imports it: then JSON is its default export, which is all that it has. To CommonJS it is what
 * compilers make of a module, with the names of a collection
 */
export function renderJson(imported: Imported, isModule: boolean): string {
  const names = exportsOf(imported);
  return JSON.stringify(isModule ? names.default : { __esModule: true, ...names });
}

function exportsOf(imported: Imported): Record<string, unknown> {
  if (imported.kind === 'image') return { default: imported.image };
  const { images } = imported;
  const items = images.map((image) => [image.name, image] as const);
  return {
    ...Object.fromEntries(items.filter(([name]) => isExportName(name))),
    list: images,
    default: Object.fromEntries(items),
  };
}
