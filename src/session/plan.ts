import type { Catalog } from '../catalog/catalog.js';
import type { WaitingEntry } from '../catalog/entry.js';
import { publishedIn } from '../catalog/pictures.js';
import { PromptImageError, renderFailure } from '../failure.js';
import { parseAddress } from '../image/address.js';
import type { Run } from '../purchase/budget.js';
import type { Context } from './context.js';
import { costOfGaps, type Gap, modelsOf, modelsOfWaiting } from './missing.js';
import type { PurchaseFailure } from './purchase-failures.js';
import { type ImageStatus, readStates, readStatus } from './status.js';

/** What a purchase would do. */
export interface GeneratePlan {
  /** Images whose picture is to be bought, with those that others of them wait for. */
  gaps: readonly Gap[];
  /** Images that wait for those: whether theirs is to be bought shows when they come. */
  waiting: readonly WaitingEntry[];
  /** Pictures to buy: images that share one count once. */
  count: number;
  /** US dollars, estimated; `undefined` where a model's price is not known. */
  cost: number | undefined;
  /** The same with all that may be bought beyond `gaps`. */
  costUpTo: number | undefined;
  /** Images that have their picture. */
  unchanged: number;
  /** Those of them whose files the next build makes, for nothing: their `output` changed, or the cache is new. */
  reprocess: number;
  /** Images that are not asked for again: refused before, never answered, or paid for and not stored yet; and what waits for them. */
  refused: readonly PurchaseFailure[];
  /** Images that cannot be planned: invalid manifests, damaged originals. */
  invalid: readonly PromptImageError[];
  /** What a person should know before. */
  warnings: readonly string[];
  /** More than the budget allows without asking. */
  overBudget: boolean;
}

export interface PlanOptions {
  /** Files, items or variants; all manifests unless given. */
  addresses?: readonly string[] | undefined;
  /** Whether what is paid for already is stored first, wherever it lies. */
  recover: boolean;
  /** Whether what was refused is asked for again. */
  retry?: boolean | undefined;
  /** Who would spend. @default a command */
  run?: Run | undefined;
}

/** What is found of the images of a plan. */
interface Findings {
  gaps: Gap[];
  waiting: WaitingEntry[];
  refused: PurchaseFailure[];
  invalid: PromptImageError[];
  doubts: string[];
  /** Images whose picture lay elsewhere. */
  restored: number;
}

export async function planPurchases(
  context: Context,
  { addresses, recover, retry = false, run }: PlanOptions,
): Promise<GeneratePlan> {
  // Somebody asks: what failed before and may have passed is tried again.
  context.purchases.forgetFailures();
  const stuck = recover ? await context.purchases.recover() : [];
  const catalog = context.open();
  const restored = new Set<string>();
  for (;;) {
    const asked = await readStatus(context, addresses, catalog);
    const others = await readAwaited(context, asked, catalog);
    const found = await sort(context, [...asked, ...others], { recover, retry, restored });
    // What waited for a picture that was found elsewhere has a key now.
    if (found.restored > 0 && found.waiting.length > 0) continue;
    const { gaps, refused, invalid, doubts, waiting } = found;
    const plan = await planOf(context, gaps, waiting, run);
    const blocked = blockedOf(waiting, gaps);
    return {
      ...plan,
      waiting: waiting.filter(({ address }) => !blocked.some((each) => each.address === address)),
      refused: [...refused, ...blocked],
      invalid,
      reprocess: restored.size + (await countUnmade(context, catalog, asked, restored)),
      warnings: [...stuck.map(renderFailure), ...doubts, ...plan.warnings],
      unchanged: asked.filter(({ state, address }) => state === 'ok' || restored.has(address)).length,
    };
  }
}

/** What images wait for, and what that waits for, as far as it is not among them. */
async function readAwaited(context: Context, images: readonly ImageStatus[], catalog: Catalog): Promise<ImageStatus[]> {
  const known = new Set(images.map(({ address }) => address));
  const awaited = images.flatMap((image) => (image.state === 'waiting' ? image.entry.waitsFor : []));
  const missing = [...new Set(awaited)].filter((address) => !known.has(address));
  if (missing.length === 0) return [];
  const found = await readStates(context, missing, catalog);
  const further = await readAwaited(context, [...images, ...found], catalog);
  return [...found, ...further];
}

async function sort(
  context: Context,
  images: readonly ImageStatus[],
  { recover, retry, restored }: { recover: boolean; retry: boolean; restored: Set<string> },
): Promise<Findings> {
  const found: Findings = { gaps: [], waiting: [], refused: [], invalid: [], doubts: [], restored: 0 };
  for (const image of images) {
    if (image.state === 'invalid') found.invalid.push(image.error);
    else if (image.state === 'waiting') found.waiting.push(image.entry);
    else if (image.detail.state === 'ok') continue;
    else if (recover && (await context.purchases.restore(image.entry))) {
      restored.add(image.address);
      found.restored += 1;
    } else if (image.failure && !retry) found.refused.push({ address: image.address, error: image.failure });
    else {
      found.gaps.push({ entry: image.entry, state: image.detail });
      if (image.note !== undefined) found.doubts.push(`${image.address}: ${image.note}`);
    }
  }
  return found;
}

/** Images that wait for what is not going to be bought. */
function blockedOf(waiting: readonly WaitingEntry[], gaps: readonly Gap[]): PurchaseFailure[] {
  const coming = new Set(gaps.map(({ entry }) => entry.address));
  let open = [...waiting];
  for (;;) {
    const ready = open.filter(({ waitsFor }) => waitsFor.every((address) => coming.has(address)));
    if (ready.length === 0) break;
    for (const { address } of ready) coming.add(address);
    open = open.filter(({ address }) => !coming.has(address));
  }
  return open.map(({ address, waitsFor }) => {
    const failed = waitsFor.filter((other) => !coming.has(other));
    const what = `waits for ${failed.join(', ')}, which is not bought`;
    return { address, error: new PromptImageError('IMAGE_WAITING', what) };
  });
}

/** Images that have their picture and not all of their files. */
async function countUnmade(
  { publisher }: Context,
  catalog: Catalog,
  images: readonly ImageStatus[],
  restored: ReadonlySet<string>,
): Promise<number> {
  let count = 0;
  for (const image of images) {
    if (image.state !== 'ok' || image.detail.state !== 'ok' || restored.has(image.address)) continue;
    const { original } = image.detail;
    if (!(await isMade(catalog, image.address, (entry) => publisher.original(entry, original).isMade()))) count += 1;
  }
  return count;
}

/** With variants that only publish it otherwise. */
async function isMade(
  catalog: Catalog,
  address: string,
  isPublished: (entry: Awaited<ReturnType<Catalog['entry']>>) => boolean,
): Promise<boolean> {
  const { file, item, variant } = parseAddress(address);
  const published = variant === undefined ? publishedIn(await catalog.images(file), item) : [address];
  for (const each of published) {
    const entry = await catalog.entry(each);
    if (entry.image.picture === address && !isPublished(entry)) return false;
  }
  return true;
}

/** What buying these pictures would do. */
export async function planOf(
  context: Context,
  gaps: readonly Gap[],
  waiting: readonly WaitingEntry[] = [],
  run = context.startRun('command'),
): Promise<GeneratePlan> {
  const { config } = context;
  const models = modelsOf(gaps);
  const all = [...models, ...modelsOfWaiting(waiting)];
  return {
    gaps,
    waiting,
    count: models.length,
    cost: costOfGaps(gaps, config),
    costUpTo: costOfGaps(gaps, config, waiting),
    unchanged: 0,
    reprocess: 0,
    refused: [],
    invalid: [],
    warnings: warningsOf(context, gaps),
    overBudget: await run.wouldExceed(all),
  };
}

function warningsOf({ config: { consent } }: Context, gaps: readonly Gap[]): string[] {
  return [
    ...consent.warnings,
    ...(gaps.length > 0 && consent.keyless !== undefined ? [consent.keyless] : []),
    ...new Set(gaps.flatMap(({ entry }) => entry.warnings)),
  ];
}
