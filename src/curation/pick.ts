import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { type Entry, withTake } from '../catalog/entry.js';
import { takeOf, takesOf } from '../catalog/takes.js';
import { PromptImageError } from '../failure.js';
import { replaceFile } from '../files/durable.js';
import { readManifest } from '../files/text.js';
import { isCollectionFile, parseAddress, renderAddress } from '../image/address.js';
import { setField } from '../manifest/edit.js';
import type { Original } from '../originals/originals.js';
import { changedFields } from '../request.js';
import type { Context } from '../session/context.js';
import { readOwnEntry } from '../session/select.js';
import { quoted } from '../session/waiting.js';

const diffOptions = { context: 2, headerOptions: FILE_HEADERS_ONLY };

/** A change of a manifest that was not made yet. */
export interface PickPlan {
  address: string;
  take: number | string;
  original: Original;
  /** As a unified diff; absent where the manifest names this take already. */
  diff?: string;
  /** Writes the manifest. @throws `MANIFEST_INVALID` where somebody has edited it meanwhile */
  write: () => Promise<void>;
}

/**
 * Plans to write a take into an image's manifest.
 *
 * @throws `IMAGE_MISSING` where this take was not bought for the manifest's present prompt; `MANIFEST_*`, `REFERENCE_*`, `CACHE_*`
 */
export async function planPick(context: Context, address: string, take: number | string): Promise<PickPlan> {
  const { root } = context.config;
  const { file } = parseAddress(address);
  const text = await readManifest(root, file);
  const entry = await readOwnEntry(context, address);
  const wanted = withTake(entry, take);
  // It may have been pruned: then it comes back.
  const original = (await context.originals.find(wanted.key)) ?? (await context.purchases.restore(wanted));
  if (!original) throw await noSuchTake(context, entry, take);
  const edited = setField(text, takePath(address), take === 1 ? undefined : take);
  return {
    address,
    take,
    original,
    ...(edited === text ? {} : { diff: createTwoFilesPatch(file, file, text, edited, '', '', diffOptions) }),
    write: async () => {
      if ((await readManifest(root, file)) !== text) throw editedMeanwhile(file);
      const path = join(root, file);
      await replaceFile(path, edited, { mode: (await stat(path)).mode });
    },
  };
}

/** Where a manifest names the take of one of its pictures. */
function takePath(address: string): [string, ...string[]] {
  const { file, item, variant } = parseAddress(address);
  if (isCollectionFile(file)) return ['takes', renderAddress({ file: '', item, variant }).slice(1)];
  return variant === undefined ? ['take'] : ['variants', variant, 'take'];
}

async function noSuchTake({ originals }: Context, { address, request }: Entry, take: number | string) {
  const takes = (await takesOf(request, originals)).map((each) => each.take);
  const older = (await originals.records()).filter(({ record }) => record.for === address).map(({ record }) => record);
  const before = older.findLast((record) => takeOf(record.request) === take)?.request;
  const changed = before && changedFields(before, request).filter((field) => field !== 'take');
  return new PromptImageError(
    'IMAGE_MISSING',
    changed
      ? `take ${take} was bought for an older prompt: ${changed.join(', ')} changed`
      : `take ${take} was not bought`,
    {
      place: { file: address },
      next:
        takes.length > 0
          ? `Takes that exist of the present prompt: ${takes.join(', ')}.`
          : `The present prompt has no picture yet. Run: npx prompt-image generate ${quoted(address)} (or keep, for the last one)`,
    },
  );
}

function editedMeanwhile(address: string): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', 'was edited just now', {
    place: { file: address },
    next: 'Nothing was written. Run it again.',
  });
}
