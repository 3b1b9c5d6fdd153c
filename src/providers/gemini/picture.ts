import { base64 } from '../base64.js';
import type { Answer, Part } from './answer.js';

/** The picture itself, or where it is. */
export type Found = { bytes: Uint8Array } | { url: string };
type Finder<T> = (item: T) => Found | undefined;

/** In which fields a part has its picture, best first: what is here already goes before what must be fetched. */
const fields: readonly Finder<Part>[] = [
  inline(({ data }) => inBase64(data)),
  inline(({ data, url }) => dataUrl(data) ?? dataUrl(url)),
  inline(({ data }) => address(data)),
  inline(({ url }) => address(url)),
  ({ fileData, file_data }) =>
    firstOf([fileData?.fileUri, fileData?.file_uri, file_data?.file_uri, file_data?.fileUri], [address]),
];

/** Where a part's words are the picture. */
const words: readonly Finder<Part>[] = [({ text }) => dataUrl(text), ({ text }) => linked(text)];

const images: readonly Finder<NonNullable<Answer['data']>[number]>[] = [
  ({ b64_json, url }) => inBase64(b64_json) ?? dataUrl(url) ?? address(url),
];

/**
 * Finds the picture of an answer in any of the shapes that services and gateways give it. Interim pictures, which belong to
 * the model's thoughts, count only where there is no other: then the last one is the picture.
 *
 * @param refused whether the model says that it refused: an address in its words is then no picture
 */
export function findPicture(parts: readonly Part[], data: Answer['data'], refused: boolean): Found | undefined {
  const spoken = parts.filter(({ thought }) => !thought);
  const thoughts = parts.filter(({ thought }) => thought).reverse();
  return (
    firstOf(spoken, fields) ??
    firstOf(spoken, refused ? words.slice(0, 1) : words) ??
    firstOf(data ?? [], images) ??
    firstOf(thoughts, fields)
  );
}

/** What the best finder finds, in whichever item. */
function firstOf<T>(items: readonly T[], finders: readonly Finder<T>[]): Found | undefined {
  for (const find of finders) {
    for (const item of items) {
      const found = find(item);
      if (found) return found;
    }
  }
  return undefined;
}

function inline(find: Finder<NonNullable<Part['inlineData']>>): Finder<Part> {
  return ({ inlineData, inline_data }) => find(inlineData ?? {}) ?? find(inline_data ?? {});
}

function inBase64(text: string | undefined): Found | undefined {
  const bytes = base64(text);
  return bytes && { bytes };
}

function dataUrl(text: string | undefined): Found | undefined {
  return inBase64(/data:image\/[\w.+-]+;base64,([\w+/=-]+)/.exec(text ?? '')?.[1]);
}

/** Whether it may be asked is decided where it is downloaded. */
function address(text: string | undefined): Found | undefined {
  const url = text?.trim() ?? '';
  return /^https?:\/\/\S+$/i.test(url) && URL.canParse(url) ? { url } : undefined;
}

function linked(text: string | undefined): Found | undefined {
  return firstOf(
    pictureLinks.map((link) => link.exec(text ?? '')?.[1]),
    [address],
  );
}

/** A markdown image; an address and nothing else; a picture's address on a line of its own. Words that mention one are words. */
const pictureLinks = [
  /!\[[^[\]]*\]\(\s*<?(https?:[^\s()<>]+)/i,
  /^\s*(https?:\/\/\S+)\s*$/i,
  /^[ \t]*(https?:\/\/[^\s?#]+\.(?:png|jpe?g|webp|avif)(?:[?#]\S*)?)[ \t]*$/im,
];
