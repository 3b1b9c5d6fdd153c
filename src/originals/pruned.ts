import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../failure.js';
import { removeFile, replaceFile } from '../files/durable.js';
import { listIfExists } from '../files/errno.js';
import { TEMPORARY } from '../files/temporary.js';
import { type Listing, listFolder } from './listing.js';
import { type OriginalName, parseName } from './names.js';
import { prepareFolder } from './originals.js';
import { readOriginal } from './read.js';

/*
 * Originals that nobody wants any more are moved to `.local/pruned`, under the names that they had. There they can be taken
 * back from, until a person empties it. A power cut between any two steps loses nothing: a picture is gone from the
 * originals only when both of its files are whole over there, and what is half removed is known by that.
 */

/** Where the originals of a folder go that are not wanted any more. */
export function prunedFolder(folder: string): string {
  return join(folder, '.local', 'pruned');
}

/**
 * Moves both files of an original.
 *
 * @throws `CACHE_*` where they are not whole: they are left as they are
 */
export async function retire(folder: string, stem: string): Promise<void> {
  const files = (await listFolder(folder)).files.get(stem) ?? [];
  readOriginal(folder, stem, files);
  const grace = prunedFolder(folder);
  await prepareFolder(folder);
  const names = pictureFirst(files);
  for (const name of names) await replaceFile(join(grace, name), await readFile(join(folder, name)));
  // What was copied may have changed since it was verified.
  readOriginal(grace, stem, files);
  for (const name of names) await removeFile(join(folder, name));
}

/**
 * Removes what a run left of an original that it had moved already. Not the last one of a key that is used: that one may have
 * come back since, and been damaged in another way.
 *
 * @param isUsed whether a manifest uses the key with these first 16 digits
 * @returns the stems
 */
export async function finishRetiring(folder: string, isUsed: (key16: string) => boolean): Promise<string[]> {
  const [present, retired] = await Promise.all([listFolder(folder), listFolder(prunedFolder(folder))]);
  const finished: string[] = [];
  for (const { stem, left } of halves(present)) {
    const siblings = [...(present.stems.get(left.key16) ?? [])].filter((each) => present.files.get(each)?.length === 2);
    if (siblings.length === 0 && isUsed(left.key16)) continue;
    if (!(await isRetired(folder, stem, left, retired))) continue;
    await removeFile(join(folder, nameOf(left)));
    finished.push(stem);
  }
  return finished;
}

/** Originals of which only one file is there. */
function halves({ files }: Listing): { stem: string; left: OriginalName }[] {
  return [...files].flatMap(([stem, [left, ...others]]) => (left && others.length === 0 ? [{ stem, left }] : []));
}

/** Whether both files are whole over there, and what is left here is one of them. */
async function isRetired(folder: string, stem: string, left: OriginalName, retired: Listing): Promise<boolean> {
  const grace = prunedFolder(folder);
  try {
    readOriginal(grace, stem, retired.files.get(stem) ?? []);
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
  const copies = await Promise.all([folder, grace].map((each) => readFile(join(each, nameOf(left)))));
  return copies[0]?.equals(copies[1] ?? Buffer.of()) ?? false;
}

/** What there is to purge. */
export interface Retired {
  /** Pictures. */
  originals: number;
  bytes: number;
  /** Files of ours in the folder; others are nobody's business. */
  names: readonly string[];
}

/** Without what may be the only whole copy of an original that is half there. */
export async function listRetired(folder: string): Promise<Retired> {
  const grace = prunedFolder(folder);
  const needed = new Set(halves(await listFolder(folder)).map(({ stem }) => stem));
  const names = (await listIfExists(grace)).filter((name) => {
    const stem = parseName(name)?.stem;
    return stem === undefined ? name.startsWith(TEMPORARY) : !needed.has(stem);
  });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(grace, name))).size));
  return {
    originals: new Set(names.flatMap((name) => parseName(name)?.stem ?? [])).size,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    names,
  };
}

/** Deletes for good. */
export async function purgeRetired(folder: string, { names }: Retired): Promise<void> {
  for (const name of names) await removeFile(join(prunedFolder(folder), name));
}

/** As everywhere: a record says that its picture is there. */
function pictureFirst(files: readonly OriginalName[]): string[] {
  return files.toSorted((a, b) => Number(a.extension === 'json') - Number(b.extension === 'json')).map(nameOf);
}

function nameOf({ stem, extension }: OriginalName): string {
  return `${stem}.${extension}`;
}
