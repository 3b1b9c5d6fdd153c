const LONGEST = 40;

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

function sanitize(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
