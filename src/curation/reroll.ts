import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { type Entry, withTake } from '../catalog/entry.js';
import { takeOf, takesOf } from '../catalog/takes.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import { isFailure, PromptImageError, renderFailure } from '../failure.js';
import { makeFolder } from '../files/durable.js';
import { labelOf } from '../image/label.js';
import type { Original } from '../originals/originals.js';
import type { Context } from '../session/context.js';
import { type GeneratePlan, planOf } from '../session/plan.js';
import { readOwnEntry } from '../session/select.js';

/** Further pictures of one prompt, named and not bought yet: a plan like that of `generate`, and executed like it. */
export interface RerollPlan extends GeneratePlan {
  entry: Entry;
  /** What the new ones will be called. */
  takes: readonly string[];
}

/** What became of a plan. */
export interface Reroll {
  /** The takes that came, each with its picture. */
  bought: readonly { take: string; original: Original }[];
  /** Path of a picture that shows all takes of the prompt with their names; absent where none came. */
  sheet?: string;
}

/**
 * Plans further takes of an image's present prompt.
 *
 * @throws `PURCHASE_FROZEN`, `MANIFEST_*`, `REFERENCE_*`
 */
export async function planReroll(context: Context, address: string, count: number): Promise<RerollPlan> {
  if (context.config.frozen) throw frozen();
  // A take that an earlier run paid for is one of those that there are.
  const stuck = await context.purchases.recover();
  const entry = await readOwnEntry(context, address);
  // Also those of other images and older prompts: a name then means one picture wherever it is read.
  const taken = new Set((await context.originals.records()).map(({ record }) => String(takeOf(record.request))));
  const takes = Array.from({ length: count }, () => freeName(taken));
  const gaps = takes.map((take) => ({ entry: withTake(entry, take), state: { state: 'missing' } as const }));
  const plan = await planOf(context, gaps);
  return { ...plan, warnings: [...stuck.map(renderFailure), ...plan.warnings], entry, takes };
}

/** Looks which of the takes of an executed plan have come, and draws them beside those that there were. */
export async function showTakes(
  context: Context,
  encoder: Pick<EncoderOperations, 'sheet'>,
  { entry, takes }: RerollPlan,
): Promise<Reroll> {
  const bought: { take: string; original: Original }[] = [];
  for (const take of takes) {
    const original = await context.originals.find(withTake(entry, take).key);
    if (original) bought.push({ take, original });
  }
  return bought.length === 0 ? { bought } : { bought, sheet: await drawSheet(context, encoder, entry) };
}

/** Neither vowels, which make words, nor what looks like something else. */
const LETTERS = 'bcdfghjkmnpqrstvwxz';
const DIGITS = '23456789';

/** Random, so that two branches which buy takes of one prompt do not mean two pictures by one name. Adds it to those taken. */
function freeName(taken: Set<string>): string {
  const pick = (from: string) => from.charAt(randomInt(from.length));
  for (;;) {
    const name = pick(LETTERS) + Array.from({ length: 3 }, () => pick(LETTERS + DIGITS)).join('');
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** All takes of the prompt side by side, the manifest's marked. */
async function drawSheet(
  { originals }: Context,
  encoder: Pick<EncoderOperations, 'sheet'>,
  { address, request, image }: Entry,
): Promise<string> {
  const cells: Parameters<EncoderOperations['sheet']>[0]['cells'][number][] = [];
  for (const { take, stem, record } of await takesOf(request, originals)) {
    const label = `${take}\n${record.createdAt.slice(0, 10)}`;
    try {
      cells.push({ source: (await originals.read(stem)).path, label, mark: take === image.take });
    } catch (error) {
      // A damaged one is told by `check`, and cannot be shown.
      if (!isFailure(error)) throw error;
    }
  }
  const folder = join(originals.folder, '.local', 'sheets');
  await makeFolder(folder);
  const target = join(folder, `${labelOf(address)}.png`);
  await encoder.sheet({ cells, target });
  return target;
}

function frozen(): PromptImageError {
  return new PromptImageError(
    'PURCHASE_FROZEN',
    'reroll buys, and in CI, in Bun and under a test runner nothing but generate does',
    {
      next: 'Run it where you can look at what comes.',
    },
  );
}
