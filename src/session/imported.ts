import picomatch from 'picomatch';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { isInside } from '../files/references.js';
import { addressOf } from '../files/scan.js';
import type { Exported } from '../image/imported.js';

/** Matches ids and import specifiers of manifests, whatever their query; ids that start with NUL belong to other plugins. */
export const MANIFEST_ID = /^[^\0?]*\.images?\.json(?:\?|$)/;

/** Whether a manifest is left to the bundler. */
export function isExcluded({ exclude, root }: ResolvedConfig, path: string): boolean {
  return exclude.length > 0 && picomatch.isMatch(addressOf(root, path), [...exclude], { dot: true });
}

/** What bundlers add to the ids of modules for themselves. */
const BUNDLERS_OWN = ['import', 't', 'v'];

/** The path in a module's id, and what it asks for. `asked`: a query that means nothing here, such as `raw`. */
export function parseId(id: string): { path: string; exported: Exported; asked?: string } {
  const [path = id, query = ''] = id.split('?');
  const names = [...new URLSearchParams(query).keys()].filter((name) => !BUNDLERS_OWN.includes(name));
  const asked = names.find((name) => name !== 'url' && name !== 'no-inline');
  return { path, exported: names.includes('url') ? 'url' : 'object', ...(asked === undefined ? {} : { asked }) };
}

/**
 * The address of a manifest that is imported.
 *
 * @throws `MANIFEST_OUTSIDE_ROOT`
 */
export function importedAddress({ root }: ResolvedConfig, path: string): string {
  const address = addressOf(root, path);
  if (!isInside(root, path) || /(^|\/)node_modules\//.test(address)) {
    throw new PromptImageError('MANIFEST_OUTSIDE_ROOT', 'this manifest is not part of the project', {
      place: { file: address },
      next: `The project is ${root}. Build the package that the manifest comes from, or put prompt-image.config into a folder that holds both.`,
    });
  }
  return address;
}
