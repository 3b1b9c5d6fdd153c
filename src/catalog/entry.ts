import type { Reference } from '../files/references.js';
import type { ResolvedImage } from '../manifest/resolve.js';
import { type KeyedRequest, keyOf, planRequest } from '../request.js';

/** One picture of the project: its manifest's part with everything filled in. */
export interface Picture {
  /** Which it is, with the manifest's path from the root. */
  address: string;
  image: ResolvedImage;
  /** What a person should know, once, however many images say it. */
  warnings: readonly string[];
}

/** A picture of which it is known what is asked for: it has a key. */
export interface Entry extends Picture {
  references: readonly Reference[];
  request: KeyedRequest;
  key: string;
  waitsFor?: undefined;
}

/** A picture that references others which are not there yet: it has no key. */
export interface WaitingEntry extends Picture {
  /** Addresses of the pictures that are missing, stale or waiting themselves. */
  waitsFor: readonly string[];
}

export function createEntry(picture: Picture, references: readonly Reference[]): Entry {
  const request = planRequest(
    picture.image,
    references.map(({ sha256 }) => sha256),
  );
  return { ...picture, references, request, key: keyOf(request) };
}

/** The same image with another take. */
export function withTake({ address, image, warnings, references }: Entry, take: number | string): Entry {
  return createEntry({ address, image: { ...image, take }, warnings }, references);
}

/** Which picture it shows: its own, or of a variant that only publishes it otherwise, its base's. */
export function pictureOf({ image }: Picture): string {
  return image.picture;
}
