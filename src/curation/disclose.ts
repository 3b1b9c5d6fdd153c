import type { Entry, WaitingEntry } from '../catalog/entry.js';
import { shownBy } from '../catalog/state.js';
import type { PromptImageError } from '../failure.js';
import { addressOf } from '../files/scan.js';
import type { Original } from '../originals/originals.js';
import type { Context } from '../session/context.js';
import { type ImageStatus, readStatus } from '../session/status.js';

/** What is known of how one image came to be. What is not known is absent. */
export interface Disclosure {
  address: string;
  /** `stale`: the picture is that of an earlier prompt. */
  state: ImageStatus['state'];
  alt?: string | undefined;
  picture?: DisclosedPicture | undefined;
  /** Of an invalid image. */
  error?: PromptImageError;
}

export interface DisclosedPicture {
  /** The original's path from the root. */
  file: string;
  origin: 'generated' | 'kept' | 'adopted';
  /** IPTC's term. */
  sourceType?: string | undefined;
  provider?: string | undefined;
  /** What was asked for, and what answered. */
  model?: string | undefined;
  modelVersion?: string | undefined;
  /** When it came, in ISO 8601. */
  createdAt: string;
  /** Files that it follows or edits, from the root; of one that the manifest does not name any more, its hash. */
  references: readonly string[];
}

/** How every image of the project came to be, in the order of their addresses. */
export async function disclose(context: Context): Promise<Disclosure[]> {
  return (await readStatus(context)).map((image): Disclosure => {
    const { address, state } = image;
    if (image.state === 'invalid') return { address, state, error: image.error };
    const { entry, detail } = image;
    const original = shownBy(detail);
    const picture = original && pictureOf(original, entry, context.config.root);
    return { address, state, alt: entry.image.alt, picture };
  });
}

function pictureOf({ path, record }: Original, entry: Entry | WaitingEntry, root: string): DisclosedPicture {
  const { origin, sourceType, provider, model, modelVersion, createdAt, request } = record;
  const references = entry.waitsFor ? [] : entry.references;
  const nameOf = (hash: string) => references.find(({ sha256 }) => sha256 === hash)?.file ?? `sha256:${hash}`;
  return {
    file: addressOf(root, path),
    origin,
    sourceType,
    provider,
    model,
    modelVersion,
    createdAt,
    references: (request.references ?? []).map(nameOf),
  };
}
