import { PromptImageError } from '../failure.js';
import type { RecordOf } from '../originals/originals.js';
import { finishRetiring, retire } from '../originals/pruned.js';
import type { Context } from '../session/context.js';
import { readOwnEntry } from '../session/select.js';

/** How a conflict ended. */
export interface Settlement {
  /** Stem of the picture that serves from now on. */
  chosen: string;
  /** Stems of the others, which are in `.local/pruned` now; none where there was nothing to settle. */
  retired: readonly string[];
}

/**
 * Settles which of several originals of one key serves: the others go to `.local/pruned`.
 *
 * @param hash first digits of the chosen picture's SHA-256
 * @throws `CACHE_CONFLICT` where these are not the digits of one of them; `CACHE_*` where one is damaged
 */
export async function settle(context: Context, address: string, hash: string): Promise<Settlement> {
  const { originals } = context;
  const finished = await finishRetiring(originals.folder, () => true);
  originals.refresh();
  const { key } = await readOwnEntry(context, address);
  const records = await originals.records();
  // Of its present prompt first; a conflict of another of its takes is settled here, too.
  const own = [
    ...records.filter(({ record }) => record.key === key),
    ...records.filter((each) => each.record.for === address),
  ];
  const chosen = own.find(({ record }) => record.image.sha256.startsWith(hash));
  if (!chosen) throw noneOf(address, own);
  const rivals = records.filter(({ record }) => record.key === chosen.record.key);
  // Whole, or the last good one might go.
  await originals.read(chosen.stem);
  const retired = [...finished];
  for (const { stem } of rivals) {
    if (stem === chosen.stem) continue;
    await retire(originals.folder, stem);
    retired.push(stem);
  }
  originals.refresh();
  return { chosen: chosen.stem, retired };
}

function noneOf(address: string, originals: readonly RecordOf[]): PromptImageError {
  const listed = [...new Map(originals.map(({ stem, record }) => [stem, record]))].map(
    ([stem, { image, createdAt }]) => `  ${image.sha256.slice(0, 8)}  of ${createdAt.slice(0, 10)}: ${stem}`,
  );
  const next = listed.length > 0 ? ['It has:', ...listed] : [`It has none. Run: npx prompt-image generate ${address}`];
  return new PromptImageError('CACHE_CONFLICT', 'has no such original', {
    place: { file: address },
    next: next.join('\n'),
  });
}
