import type { Entry } from '../catalog/entry.js';
import type { ImageState } from '../catalog/state.js';
import { isOtherTake } from '../catalog/takes.js';
import { isFailure, PromptImageError } from '../failure.js';
import { originalsAreIgnored } from '../files/git.js';
import { explainRatio } from '../originals/ratio.js';
import type { OriginalRecord } from '../originals/record.js';
import { missingAlt } from './alt.js';
import type { Context } from './context.js';
import { explainTake, type Gap } from './missing.js';

/** What `status` says of one image. */
export type ImageStatus = { address: string } & (
  | {
      /** `refused`: missing or stale, as `detail` says, and the model declined to make it, as `failure` says. */
      state: 'ok' | 'missing' | 'stale' | 'refused';
      entry: Entry;
      detail: ImageState;
      note?: string | undefined;
      failure?: PromptImageError | undefined;
    }
  | { state: 'invalid'; error: PromptImageError }
);

/** What `check` found. */
export interface CheckReport {
  images: number;
  /** Each makes the check fail. */
  problems: readonly PromptImageError[];
  notes: readonly string[];
}

/** Images that are looked at together. */
const AT_ONCE = 16;

/** The state of every image, or of those at the given addresses. Reads only. */
export async function readStatus(context: Context, addresses?: readonly string[]): Promise<ImageStatus[]> {
  // Only commands come here. All at once would open more files than a system may allow.
  const { default: Queue } = await import('p-queue');
  const queue = new Queue({ concurrency: AT_ONCE });
  return queue.addAll((addresses ?? (await context.scan())).map((address) => () => statusOf(context, address)));
}

async function statusOf(context: Context, address: string): Promise<ImageStatus> {
  try {
    const entry = await context.readEntry(address);
    const detail = await context.stateOf(entry);
    if (detail.state === 'ok')
      return { address, state: 'ok', entry, detail, note: explainRatio(detail.original.record) };
    const failure = await context.purchases.failureOf(entry);
    const note = failure ? undefined : await context.purchases.doubtOf(entry);
    return { address, state: failure ? 'refused' : detail.state, entry, detail, note, failure };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { address, state: 'invalid', error };
  }
}

function refusedError(file: string, { code, what, next }: PromptImageError): PromptImageError {
  return new PromptImageError(code, what, { place: { file }, next });
}

/** For CI: whether every image has its picture, whole and committable. No key, no network, no writes. */
export async function check(context: Context, { strict }: { strict: boolean }): Promise<CheckReport> {
  const { originals, config } = context;
  const images = await readStatus(context);
  const problems = new Map<string, PromptImageError>();
  const notes: string[] = [...config.consent.warnings];
  const add = (error: PromptImageError) => problems.set(`${error.code} ${error.message}`, error);

  if (config.commit && (await originalsAreIgnored(config.git, config.originalsDir))) add(ignoredOriginals());
  const used = new Set<string>();
  for (const image of images) {
    if (image.state === 'invalid') {
      add(image.error);
      continue;
    }
    const { address, detail, note } = image;
    if (note) notes.push(`${address}: ${note}`);
    const alt = missingAlt(image.entry, detail.state === 'ok' ? detail.original : undefined);
    if (alt && config.requireAlt === 'error') add(alt);
    if (alt && config.requireAlt === 'warn') notes.push(alt.message);
    if (detail.state === 'ok') used.add(detail.original.record.key);
    else if (image.failure) add(refusedError(address, image.failure));
    else add(gapError({ entry: image.entry, state: detail }));
    if (detail.state === 'stale') used.add(detail.last.record.key);
  }
  for (const stem of await originals.stems()) {
    try {
      const { record } = await originals.read(stem);
      const served = await originals.find(record.key);
      if (served && served.rivals.length > 0) add(conflict([served.stem, ...served.rivals], ownerOf(record, images)));
      if (used.has(record.key)) continue;
      const otherTake = images.some((image) => image.state !== 'invalid' && isOtherTake(record, image.entry));
      const unused = `${stem} is ${otherTake ? 'another take' : 'not used'} (bought for ${record.for})`;
      if (strict && !otherTake)
        add(new PromptImageError('CACHE_ORPHAN', unused, { next: 'Run: npx prompt-image prune, or drop --strict.' }));
      else notes.push(unused);
    } catch (error) {
      if (!isFailure(error)) throw error;
      add(error);
    }
  }
  return { images: images.length, problems: [...problems.values()], notes };
}

function gapError(gap: Gap): PromptImageError {
  const { state } = gap;
  const stale = state.state === 'stale' && `is stale: ${explainTake(gap) ?? `${state.changed.join(', ')} changed`}`;
  const what = stale || 'has no picture';
  return new PromptImageError('IMAGE_MISSING', what, {
    place: { file: gap.entry.address },
    next: 'Run: npx prompt-image generate, and commit what arrives.',
  });
}

/** The image that has this picture, or could have it with another take; `undefined` where no manifest has to do with it. */
function ownerOf({ key, for: address }: OriginalRecord, images: readonly ImageStatus[]): string | undefined {
  const owner = images.find((image) => image.state !== 'invalid' && image.entry.key === key);
  return (owner ?? images.find((image) => image.address === address))?.address;
}

function conflict(stems: readonly string[], address: string | undefined): PromptImageError {
  const hashes = new Set(stems.map((stem) => stem.slice(-8)));
  const choices = [...hashes].map((sha8) => `  npx prompt-image pick ${address} --original ${sha8}`);
  return new PromptImageError('CACHE_CONFLICT', `two pictures answer one prompt: ${stems.join(', ')}`, {
    next: address
      ? ['The first, the oldest, serves. Choose one, and commit that the others go:', ...choices].join('\n')
      : 'No manifest uses them. Run: npx prompt-image prune',
  });
}

/** @returns the error of a folder whose pictures would never be committed */
export function ignoredOriginals(): PromptImageError {
  return new PromptImageError(
    'CACHE_IGNORED',
    'git would leave out what is bought into the folder of the originals, so it would be lost',
    {
      next: 'Take it out of .gitignore; or, where nothing is to be kept, set commit: false in the config.',
    },
  );
}
