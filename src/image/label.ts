const LONGEST = 40;
/** A hyphen and a take: up to 12 characters of a name, up to 16 digits of a number. */
const LONGEST_SUFFIX = 17;

/**
 * The readable part of a file's name: the manifest's stem and, of a picture other than the first, its take. Lower-case
 * ASCII, at most 40 characters, the stem shortened first.
 *
 * @param address for example `src/images/Héro Shot.image.json`, which gives `hero-shot`
 */
export function labelOf(address: string, take: number | string = 1): string {
  const stem = sanitize(address.replace(/^.*\//, '').replace(/\.images?\.json$/i, ''));
  const suffix = take === 1 ? '' : `-${take}`;
  return `${stem.slice(0, LONGEST - suffix.length).replace(/-+$/, '') || 'image'}${suffix}`;
}

/** What the labels of all takes of an image start with. */
export function labelStart(address: string): string {
  // One less, because a hyphen that a cut leaves at the end goes, too.
  return labelOf(address).slice(0, LONGEST - LONGEST_SUFFIX - 1);
}

function sanitize(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
