import { findOtherTakes } from '../catalog/takes.js';
import { PromptImageError } from '../failure.js';
import { originalsAreIgnored } from '../files/git.js';
import { parseAddress } from '../image/address.js';
import type { OriginalRecord } from '../originals/record.js';
import { missingAlt } from './alt.js';
import type { Context } from './context.js';
import { explainGap, type Gap } from './missing.js';
import { type ImageStatus, readStatus } from './status.js';
import { waiting } from './waiting.js';

/** What `check` found. */
export interface CheckReport {
  images: number;
  /** Each makes the check fail. */
  problems: readonly PromptImageError[];
  notes: readonly string[];
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
    const { address, detail } = image;
    // Variants say what their image does.
    const isBase = parseAddress(address).variant === undefined;
    const alt = isBase ? missingAlt(image.entry, detail.state === 'ok' ? detail.original : undefined) : undefined;
    if (alt && config.requireAlt === 'error') add(alt);
    if (alt && config.requireAlt === 'warn') notes.push(alt.message);
    if (detail.state === 'ok') used.add(detail.original.record.key);
    else if (detail.state !== 'missing' && detail.last) used.add(detail.last.record.key);
    if (image.state === 'waiting') {
      add(waiting(image.entry));
      continue;
    }
    if (image.note) notes.push(`${address}: ${image.note}`);
    if (image.failure) add(refusedError(address, image.failure));
    else if (image.detail.state !== 'ok') add(gapError({ entry: image.entry, state: image.detail }));
  }
  const isOtherTake = findOtherTakes(images.flatMap((image) => (image.state === 'invalid' ? [] : [image.entry])));
  for (const { stem, record, rivals } of await originals.all(add)) {
    if (rivals.length > 0) add(conflict([stem, ...rivals], ownerOf(record, images)));
    if (used.has(record.key) || isOtherTake(record)) continue;
    const unused = `${stem} is not used (bought for ${record.for})`;
    if (strict)
      add(new PromptImageError('CACHE_ORPHAN', unused, { next: 'Run: npx prompt-image prune, or drop --strict.' }));
    else notes.push(unused);
  }
  return { images: images.length, problems: [...problems.values()], notes };
}

function refusedError(file: string, { code, what, next }: PromptImageError): PromptImageError {
  return new PromptImageError(code, what, { place: { file }, next });
}

function gapError(gap: Gap): PromptImageError {
  const what = gap.state.state === 'stale' ? `is stale: ${explainGap(gap)}` : 'has no picture';
  return new PromptImageError('IMAGE_MISSING', what, {
    place: { file: gap.entry.address },
    next: 'Run: npx prompt-image generate, and commit what arrives.',
  });
}

/** The image that has this picture, or could have it with another take; `undefined` where no manifest has to do with it. */
function ownerOf({ key, for: address }: OriginalRecord, images: readonly ImageStatus[]): string | undefined {
  const owner = images.find(
    (image) => image.state !== 'invalid' && image.state !== 'waiting' && image.entry.key === key,
  );
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
