import { join } from 'node:path';
import { shownBy } from '../catalog/state.js';
import type { DerivedCache } from '../derivatives/cache.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import { readResult } from '../derivatives/scratch.js';
import type { PromptImageError } from '../failure.js';
import { replaceFile } from '../files/durable.js';
import { isInside } from '../files/references.js';
import { sniffFormat } from '../files/sniff.js';
import { type Original, prepareFolder } from '../originals/originals.js';
import { changedFields } from '../request.js';
import type { Context } from '../session/context.js';
import { type ImageStatus, readStatus } from '../session/status.js';
import { refuseAmongOriginals, refuseOther } from './outside.js';
import { withPast } from './past.js';

/** An image that shows another picture than before. */
export interface PictureChange {
  address: string;
  before: Original | undefined;
  after: Original | undefined;
  /** The fields of the request that changed; none where it is another picture of the same one, or there was none. */
  changed: readonly string[];
}

export interface PictureDiff {
  changes: readonly PictureChange[];
  /** Images that cannot be compared. */
  unreadable: readonly { address: string; when: 'before' | 'now'; error: PromptImageError }[];
  /** Absolute path of the contact sheet; absent where nothing changed. */
  sheet?: string;
}

export interface DiffOptions {
  /** Whatever git takes for a commit. */
  base: string;
  /** Where the contact sheet goes, absolute. @default `.local/sheets/report.png` in the folder of the originals */
  sheet?: string | undefined;
}

/**
 * Compares the pictures that images show now with those that they showed in an earlier commit, and draws both sides. What was
 * shown then is found out with the config of now.
 *
 * @throws `GIT_FAILED`; `CONFIG_INVALID` for a sheet among the originals
 */
export async function diffPictures(
  context: Context,
  encoder: EncoderOperations,
  cache: DerivedCache,
  { base, sheet = join(context.originals.folder, '.local', 'sheets', 'report.png') }: DiffOptions,
): Promise<PictureDiff> {
  refuseAmongOriginals(context.originals.folder, sheet, '--sheet');
  await refuseOther(sheet, '--sheet', (bytes) => sniffFormat(bytes) !== undefined);
  const now = await readStatus(context);
  return withPast(context, base, async (past) => {
    const diff = compare(await readStatus(past), now);
    if (diff.changes.length === 0) return diff;
    const cells = cellsOf(diff.changes);
    const { bytes } = await readResult(cache, (target) => encoder.sheet({ cells, group: 2, target }));
    if (isInside(context.originals.folder, sheet)) await prepareFolder(context.originals.folder);
    await replaceFile(sheet, bytes);
    return { ...diff, sheet };
  });
}

function compare(then: readonly ImageStatus[], now: readonly ImageStatus[]): PictureDiff {
  const [before, after] = [byAddress(then), byAddress(now)];
  const unreadable = [
    ...then.flatMap((image) => (image.state === 'invalid' ? [{ ...image, when: 'before' as const }] : [])),
    ...now.flatMap((image) => (image.state === 'invalid' ? [{ ...image, when: 'now' as const }] : [])),
  ];
  const unknown = new Set(unreadable.map(({ address }) => address));
  const addresses = [...new Set([...before.keys(), ...after.keys()])].filter((address) => !unknown.has(address)).sort();
  const changes = addresses
    .map((address): PictureChange => {
      const sides = { before: pictureOf(before.get(address)), after: pictureOf(after.get(address)) };
      const [was, is] = [sides.before?.record, sides.after?.record];
      return { address, ...sides, changed: was && is ? changedFields(was.request, is.request) : [] };
    })
    .filter((change) => change.before?.record.image.sha256 !== change.after?.record.image.sha256);
  return { changes, unreadable };
}

function byAddress(images: readonly ImageStatus[]): Map<string, ImageStatus> {
  return new Map(images.map((image) => [image.address, image]));
}

/** The picture that an image shows: its own, or the last one of an earlier prompt. */
function pictureOf(image: ImageStatus | undefined): Original | undefined {
  if (image === undefined || image.state === 'invalid') return undefined;
  return shownBy(image.detail);
}

/** Before on the left, after on the right. */
function cellsOf(changes: readonly PictureChange[]) {
  return changes.flatMap(({ address, before, after }) => [
    cell('before', address, before),
    cell('after', address, after),
  ]);
}

function cell(side: string, address: string, original: Original | undefined) {
  return { label: `${side}\n${address}`, ...(original === undefined ? {} : { source: original.path }) };
}
