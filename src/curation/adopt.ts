import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Entry } from '../catalog/entry.js';
import type { DerivedCache } from '../derivatives/cache.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import { withFile } from '../derivatives/scratch.js';
import { PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { originalsAreIgnored } from '../files/git.js';
import { withKeyLock } from '../originals/lock.js';
import { shortKey } from '../originals/names.js';
import type { Original } from '../originals/originals.js';
import { explainRatio } from '../originals/ratio.js';
import { sha256 } from '../request.js';
import { ignoredOriginals } from '../session/check.js';
import type { Context } from '../session/context.js';
import { readOwnEntry } from '../session/select.js';
import { readLabel } from './source-type.js';

export interface AdoptOptions {
  /** As the project names it. */
  address: string;
  /** Absolute path. */
  picture: string;
  /** IPTC's term; absent: what the picture itself says. */
  sourceType?: string | undefined;
}

export interface Adoption {
  original: Original;
  /** `false`: these very bytes were the image's original before. */
  isNew: boolean;
  /** What a person should know of it. */
  note: string | undefined;
}

/**
 * Makes a person's own picture the original that answers an image's present prompt. Its bytes stay as they are.
 *
 * @throws `IMAGE_INVALID`, `CACHE_CONFLICT` where the prompt has another picture, `CACHE_IGNORED`, `MANIFEST_*`, `REFERENCE_*`
 */
export async function adopt(
  context: Context,
  encoder: EncoderOperations,
  cache: DerivedCache,
  { address, picture, sourceType }: AdoptOptions,
): Promise<Adoption> {
  const { config, originals } = context;
  const entry = await readOwnEntry(context, address);
  if (config.commit && (await originalsAreIgnored(config.git, config.originalsDir))) throw ignoredOriginals();
  const bytes = await readPicture(picture);
  const facts = await withFile(cache, bytes, picture, encoder.inspect);
  const carried = readLabel(bytes, facts);
  const label = sourceType ?? carried.sourceType;

  const { signal } = new AbortController();
  // So that there is no second picture where another process is just buying.
  return withKeyLock(originals.folder, shortKey(entry.key), signal, async () => {
    originals.refresh();
    const present = await originals.find(entry.key);
    if (present) {
      if (present.record.image.sha256 !== sha256(bytes)) throw occupied(entry, present);
      if (sourceType !== undefined && present.record.sourceType !== sourceType) throw labelled(entry, present);
      return { original: present, isNew: false, note: explainRatio(present.record) };
    }
    const { format, width, height } = facts;
    const original = await originals.add(bytes, {
      version: 1,
      key: entry.key,
      for: address,
      request: entry.request,
      image: { sha256: sha256(bytes), bytes: bytes.length, width, height, format },
      origin: 'adopted',
      ...(label === undefined ? {} : { sourceType: label }),
      ...(carried.system === undefined ? {} : { modelVersion: carried.system }),
      createdAt: new Date().toISOString(),
    });
    return { original, isNew: true, note: explainRatio(original.record) };
  });
}

async function readPicture(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    const what = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new PromptImageError('IMAGE_INVALID', `${path} ${what}`, { cause: error });
  }
}

function occupied({ address }: Entry, { path }: Original): PromptImageError {
  return new PromptImageError('CACHE_CONFLICT', `another picture answers this prompt: ${basename(path)}`, {
    place: { file: address },
    next: [
      'Give the manifest another take, for example "take": "own", and adopt again. The other one stays:',
      'prompt-image pick takes it back, prompt-image prune --takes puts it away.',
    ].join('\n'),
  });
}

/** Records never change. */
function labelled({ address }: Entry, { path, stem, record }: Original): PromptImageError {
  const label = record.sourceType ?? 'no source type';
  return new PromptImageError('CACHE_CONFLICT', `${basename(path)} is its original already, recorded with ${label}`, {
    place: { file: address },
    next: `To record it anew, delete both files of ${stem} and adopt again.`,
  });
}
