import { isFailure, type PromptImageError } from '../failure.js';
import { readRecord } from '../originals/read.js';
import type { OriginalRecord } from '../originals/record.js';
import { costOf } from '../purchase/price.js';
import type { Context } from '../session/context.js';
import { covers } from '../session/select.js';

/** What a group of pictures cost, by estimate. */
export interface Spend {
  /** The address, the model or the month, as `2026-11`, in UTC. */
  name: string;
  pictures: number;
  /** US dollars for those whose price is known. */
  cost: number;
  /** How many of them have no known price. */
  unpriced: number;
}

/** Spend by what the records say: at least, since refusals may have been billed and pictures may have been deleted. */
export interface CostReport {
  total: Spend;
  images: readonly Spend[];
  models: readonly Spend[];
  months: readonly Spend[];
  /** Records that cannot be read, and count for nothing. */
  damaged: readonly PromptImageError[];
}

/** @param addresses only what was bought for these files, items or variants; absent: everything, also what no manifest uses any more */
export async function reportCosts({ config, originals }: Context, addresses?: readonly string[]): Promise<CostReport> {
  const records: OriginalRecord[] = [];
  const damaged: PromptImageError[] = [];
  for (const stem of await originals.stems()) {
    try {
      const record = await readRecord(originals.folder, stem);
      if (record.origin === 'generated' && (addresses?.some((address) => covers(address, record.for)) ?? true))
        records.push(record);
    } catch (error) {
      if (!isFailure(error)) throw error;
      damaged.push(error);
    }
  }
  const { provider, prices } = config;
  const priceOf = ({ model, provider: seller }: OriginalRecord) =>
    provider.free && seller === provider.name ? 0 : costOf(model === undefined ? [] : [model], prices);
  const spendOf = (name: string, group: readonly OriginalRecord[]): Spend => {
    const known = group.map(priceOf).filter((price) => price !== undefined);
    const cost = known.reduce((sum, price) => sum + price, 0);
    return { name, pictures: group.length, cost, unpriced: group.length - known.length };
  };
  const by = (nameOf: (record: OriginalRecord) => string) => {
    const groups = new Map<string, OriginalRecord[]>();
    for (const record of records) groups.set(nameOf(record), [...(groups.get(nameOf(record)) ?? []), record]);
    return [...groups].map(([name, group]) => spendOf(name, group)).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    total: spendOf('total', records),
    images: by((record) => record.for),
    models: by((record) => record.model ?? 'unknown'),
    // As ISO 8601 in UTC, which records are written in.
    months: by((record) => new Date(record.createdAt).toISOString().slice(0, 7)),
    damaged,
  };
}
