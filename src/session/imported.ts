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

const OWN = ['url', 'no-inline', 'variant'];
/** What bundlers add to the ids of modules for themselves. */
const BUNDLERS_OWN = ['import', 't', 'v'];

/** What a module's id, or a URL that names a manifest, asks for. */
export interface ParsedId {
  path: string;
  exported: Exported;
  /** Only a URL may ask for one. */
  variant?: string;
  /** A query that means nothing here, such as `raw`. */
  asked?: string;
}

export function parseId(id: string): ParsedId {
  const [path = id, query = ''] = id.split('?');
  const parameters = new URLSearchParams(query);
  const asked = [...parameters.keys()].find((name) => !OWN.includes(name) && !BUNDLERS_OWN.includes(name));
  const variant = parameters.get('variant');
  return {
    path,
    exported: parameters.has('url') ? 'url' : 'object',
    ...(variant === null ? {} : { variant }),
    ...(asked === undefined ? {} : { asked }),
  };
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
