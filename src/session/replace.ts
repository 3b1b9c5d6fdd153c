import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure, PromptImageError } from '../failure.js';
import { createOnce, removeFile } from '../files/durable.js';
import { isErrno } from '../files/errno.js';
import { listFolder } from '../originals/listing.js';
import { shortKey } from '../originals/names.js';
import type { Context } from './context.js';
import { readOwnEntry } from './select.js';

/**
 * Puts the damaged originals of an image aside, into `.local/quarantine`, so that it can be bought anew.
 *
 * @returns the files that were moved
 * @throws `CACHE_WHOLE` where nothing is damaged; `CACHE_LFS_POINTER`, `CACHE_NEWER`, `CACHE_UNREADABLE`, which are no damage;
 * `PROVIDER_AUTH` where nothing can be bought. Then nothing is moved
 */
export async function setDamagedAside(context: Context, address: string): Promise<string[]> {
  const { originals, config } = context;
  // What cannot be bought anew is better damaged than gone.
  if (config.consent.keyless !== undefined) {
    throw new PromptImageError('PROVIDER_AUTH', 'there is no key to buy it anew with', {
      next: config.consent.keyless,
    });
  }
  const { key } = await readOwnEntry(context, address);
  originals.refresh();
  const { files, stems } = await listFolder(originals.folder);
  const damaged: string[] = [];
  for (const stem of stems.get(shortKey(key)) ?? []) if (!(await isWhole(context, stem))) damaged.push(stem);
  const moved: string[] = [];
  for (const stem of damaged) {
    for (const { extension } of files.get(stem) ?? []) {
      await setAside(originals.folder, `${stem}.${extension}`);
      moved.push(`${stem}.${extension}`);
    }
  }
  originals.refresh();
  if (moved.length === 0) throw nothingDamaged(address);
  return moved;
}

async function isWhole({ originals }: Context, stem: string): Promise<boolean> {
  try {
    await originals.read(stem);
    return true;
  } catch (error) {
    // What the system does not let anybody read may be whole.
    if (isFailure(error, 'CACHE_CORRUPT', 'CACHE_ORPHAN')) return false;
    throw error;
  }
}

async function setAside(folder: string, name: string): Promise<void> {
  const [from, to] = [join(folder, name), join(folder, '.local', 'quarantine', name)];
  try {
    await createOnce(to, await readFile(from));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    // The same name was damaged before, in another way.
    await createOnce(`${to}.${Date.now()}`, await readFile(from));
  }
  await removeFile(from);
}

function nothingDamaged(address: string): PromptImageError {
  return new PromptImageError('CACHE_WHOLE', 'has no damaged original, so there is nothing to replace', {
    place: { file: address },
    next: `For another picture of the same prompt: npx prompt-image reroll ${address}`,
  });
}
