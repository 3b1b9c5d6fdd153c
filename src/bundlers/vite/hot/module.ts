import { isExportName } from '../../../image/export-names.js';
import type { Exported, Imported } from '../../../image/imported.js';
import { renderNamedExports } from '../../../image/module.js';
import type { Delivered } from './channel.js';

/**
 * Source of a manifest's module in the browser: the same exports as those of a build, but of objects that `track` makes and
 * keeps up to date.
 *
 * @param url of the module that exports `track`
 */
export function renderTracked(
  url: string,
  name: string,
  version: string,
  imported: Imported,
  exported: Exported,
): string {
  const args = [name, version, deliver(imported, exported), exported].map((arg) => JSON.stringify(arg)).join(', ');
  const lines = [`import { track } from ${JSON.stringify(url)};`, `const tracked = track(${args});`];
  if (imported.kind === 'collection') {
    const names = imported.images.map((image) => image.name);
    lines.push(
      ...names.map((item, index) => `const item${index} = tracked.default[${JSON.stringify(item)}];`),
      ...renderNamedExports(names, (index) => `item${index}`),
      ...(exported === 'object' ? ['export const list = tracked.list;'] : []),
    );
  }
  return [...lines, 'export default tracked.default;', ''].join('\n');
}

/** The items that the module exports by their names. */
export function exportNames(imported: Imported): ReadonlySet<string> {
  const names = imported.kind === 'collection' ? imported.images.map(({ name }) => name) : [];
  return new Set(names.filter(isExportName));
}

function deliver(imported: Imported, exported: Exported): Delivered {
  if (exported === 'object') return imported;
  if (imported.kind === 'image') return { kind: 'image', image: { src: imported.image.src } };
  return { kind: 'collection', images: imported.images.map(({ name, src }) => ({ name, src })) };
}
