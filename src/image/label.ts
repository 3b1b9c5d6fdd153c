import { parseAddress } from './address.js';

const LONGEST = 40;
/** What stays of a stem, so that the labels of a picture's takes have a start in common. */
const SHORTEST_STEM = 4;
/** A hyphen and a take: up to 12 characters of a name, up to 16 digits of a number. */
const LONGEST_SUFFIX = 17;

/**
 * The readable part of a file's name: the manifest's stem, the item, the variant and, of a picture other than the first, the
 * take. Lower-case ASCII, at most 40 characters. The stem is shortened first, then the end of the item and the variant.
 *
 * @param address for example `src/images/Héro Shot.image.json@dark`, which gives `hero-shot-dark`
 */
export function labelOf(address: string, take: number | string = 1): string {
  const suffix = take === 1 ? '' : `-${take}`;
  return shorten(address, LONGEST - suffix.length) + suffix;
}

/** What the labels of all takes of a picture start with, as much of it as is certain. */
export function labelStart(address: string): string {
  let start = shorten(address, LONGEST);
  // A longer take leaves less room for the stem, so that the item moves forward.
  for (let length = 1; length <= LONGEST_SUFFIX; length += 1) start = common(start, shorten(address, LONGEST - length));
  return start;
}

/** The label without the take, in so many characters. */
function shorten(address: string, room: number): string {
  const { file, item, variant } = parseAddress(address);
  const stem = sanitize(file.replace(/^.*\//, '').replace(/\.images?\.json$/i, '')) || 'image';
  const name = [item, variant].flatMap((part) => (part === undefined ? [] : [`-${sanitize(part)}`])).join('');
  return cut(cut(stem, Math.max(SHORTEST_STEM, room - name.length)) + name, room);
}

function cut(text: string, room: number): string {
  return text.slice(0, room).replace(/-+$/, '');
}

function common(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

function sanitize(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
