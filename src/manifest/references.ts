import { type Place, PromptImageError } from '../failure.js';
import { findTemplate } from './braces.js';

/** What every path starts with; it leads from the file that it is written in. */
const REFERENCE_START = /^\.\.?\//;

const NAME = '[A-Za-z0-9][\\w.-]*';
/** `#item`, `@variant`, `#item@variant`: pictures of the same manifest. */
const OWN_PICTURE = new RegExp(`^[#@]${NAME}(@${NAME})?$`);
/** `#` and `@` separate only directly after a manifest's name. */
const MANIFEST = /\.images?\.json($|[#@])/;

/**
 * Refuses what is no path of a picture.
 *
 * @param placeOf the place of the reference, or of one of its characters
 * @throws `MANIFEST_INVALID`; `NOT_BUILT_YET` for addresses of other manifests' pictures
 */
export function checkReference(reference: string, placeOf: (character?: number) => Place): void {
  if (reference === '...') return;
  const template = findTemplate(reference);
  if (template !== -1) throw unfilledTemplate('references', placeOf(template));
  const named = JSON.stringify(reference);
  if (OWN_PICTURE.test(reference) || MANIFEST.test(reference)) {
    throw new PromptImageError('NOT_BUILT_YET', `the reference ${named} to another image is not built yet`, {
      place: placeOf(),
      next: 'Reference a picture file.',
    });
  }
  if (REFERENCE_START.test(reference)) return;
  throw new PromptImageError('MANIFEST_INVALID', `the reference ${named} does not start with ./ or ../`, {
    place: placeOf(),
    next: adviceFor(reference.trim().replaceAll('\\', '/')),
  });
}

/** @param field where the template stands */
export function unfilledTemplate(field: string, place: Place): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', `"${field}" has a template {{…}}, which only collections fill in`, {
    place,
    next: 'Write \\\\{{ for two literal braces.',
  });
}

function adviceFor(path: string): string {
  // An address on the web, an absolute path, a home folder, an alias: no relative path can be guessed from it.
  if (/^([a-z]+:|[/~@#])/i.test(path)) return 'Write the path of a picture file, seen from the file it is written in.';
  return `Write ${JSON.stringify(REFERENCE_START.test(path) ? path : `./${path}`)}.`;
}
