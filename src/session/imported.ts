import picomatch from 'picomatch';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { isInside } from '../files/references.js';
import { addressOf } from '../files/scan.js';

/** Whether a manifest is left to the bundler. */
export function isExcluded({ exclude, root }: ResolvedConfig, path: string): boolean {
  return exclude.length > 0 && picomatch.isMatch(addressOf(root, path), [...exclude], { dot: true });
}

/**
 * The address of a manifest that is imported.
 *
 * @throws `MANIFEST_OUTSIDE_ROOT`, `NOT_BUILT_YET`
 */
export function importedAddress({ root }: ResolvedConfig, path: string): string {
  const address = addressOf(root, path);
  if (!isInside(root, path) || /(^|\/)node_modules\//.test(address)) {
    throw new PromptImageError('MANIFEST_OUTSIDE_ROOT', 'this manifest is not part of the project', {
      place: { file: address },
      next: `The project is ${root}. Build the package that the manifest comes from, or put prompt-image.config into a folder that holds both.`,
    });
  }
  if (address.endsWith('.images.json')) {
    throw new PromptImageError('NOT_BUILT_YET', 'collections (*.images.json) are not built yet in this version', {
      place: { file: address },
      next: 'Write one *.image.json an image.',
    });
  }
  return address;
}
