import { PromptImageError } from '../failure.js';
import { isErrno, listIfExists } from '../files/errno.js';
import { type OriginalName, parseName } from './names.js';

/** The originals of a folder by their names: the only way to a path. */
export interface Listing {
  /** The files of each stem. */
  files: Map<string, OriginalName[]>;
  /** The stems of each key's first 16 digits. */
  stems: Map<string, Set<string>>;
}

/** @throws `CACHE_CORRUPT` where the folder cannot be listed; one that is certainly not there is empty */
export async function listFolder(folder: string): Promise<Listing> {
  const listing: Listing = { files: new Map(), stems: new Map() };
  for (const name of (await namesIn(folder)).sort()) {
    const parsed = parseName(name);
    if (!parsed) continue;
    const { stem, key16 } = parsed;
    const siblings = listing.files.get(stem);
    if (siblings) {
      siblings.push(parsed);
      continue;
    }
    listing.files.set(stem, [parsed]);
    listing.stems.set(key16, (listing.stems.get(key16) ?? new Set()).add(stem));
  }
  return listing;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await listIfExists(folder);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new PromptImageError('CACHE_CORRUPT', `the folder of the originals cannot be listed: ${error.message}`, {
      cause: error,
      next: 'Nothing is bought in their place.',
    });
  }
}
