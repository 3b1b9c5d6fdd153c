import { existsSync } from 'node:fs';
import { isFailure } from '../failure.js';
import { parseAddress } from '../image/address.js';
import type { Context } from './context.js';
import { buyInOrder, type Purchasable } from './generate.js';
import { holdInterrupts } from './interrupt.js';
import { lastChange } from './last-change.js';
import { type Gap, priceOf, renderGap, renderWaiting } from './missing.js';
import { type GeneratePlan, planPurchases } from './plan.js';

export interface DevPurchasesOptions {
  /** Of each imported manifest the files that it stands on. */
  dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  /** A picture has come, or will not. */
  onPicture: (address: string) => void;
  log: (level: 'info' | 'warn', message: string) => void;
  /** Each once. */
  warn: (message: string) => void;
}

/** What a dev server buys: by itself what never had a picture, and on the terminal's key what is missing. */
export interface DevPurchases {
  /** Whether an image is bought by itself. */
  buysByItself: (gap: Gap) => boolean;
  /** Buys a picture as soon as its files were still for a while. */
  schedule: (address: string) => void;
  /** A manifest changes: what was scheduled for it has to wait until it is looked at anew. */
  unschedule: (file: string) => void;
  /** Prints what is missing with its price; called again with nothing changed, buys it. */
  buy: () => Promise<void>;
  dispose: () => Promise<void>;
}

/** A file is bought for only after it was still for this long: people save while they type. */
const STILL = 3000;

export function createDevPurchases(
  context: Context,
  { dependencies, onPicture, log, warn }: DevPurchasesOptions,
): DevPurchases {
  const { config, originals, purchases } = context;
  const timers = new Map<string, NodeJS.Timeout>();
  const stopping = new AbortController();
  const run = context.startRun('dev');
  let offered = '';

  const buysByItself = ({ state }: Gap) =>
    state.state === 'missing' && config.consent.given && !config.frozen && config.missing === 'generate';

  /** Git is switching files: what stands there now may be gone in a second. */
  const gitIsAtWork = () => config.git.indexLock !== undefined && existsSync(config.git.indexLock);

  const schedule = (address: string, wait = STILL) => {
    clearTimeout(timers.get(address));
    const timer = setTimeout(() => void buyWhenStill(address), wait);
    timer.unref();
    timers.set(address, timer);
  };

  const buyWhenStill = async (address: string): Promise<void> => {
    timers.delete(address);
    try {
      const unrest = STILL - (Date.now() - (await lastChange(dependencies.get(parseAddress(address).file) ?? [])));
      // A file may come from a clock that is ahead.
      if (unrest > 0) return schedule(address, Math.min(unrest, STILL));
      if (gitIsAtWork()) return schedule(address);
      originals.refresh();
      const entry = await context.open().entry(address);
      // It began to wait for another meanwhile.
      if (entry.waitsFor) return;
      const state = await context.stateOf(entry);
      if (state.state === 'missing') await buyAll({ gaps: [{ entry, state }], waiting: [] });
    } catch (error) {
      // Nobody awaits a timer: what is thrown here would end the dev server.
      if (!isFailure(error)) log('warn', `${address}: ${error instanceof Error ? error.stack : String(error)}`);
      onPicture(address);
    }
  };

  const buyAll = async (plan: Purchasable, spender = run): Promise<void> => {
    const { failed } = await holdInterrupts(context, () =>
      buyInOrder(context, plan, spender, { signal: stopping.signal }),
    );
    for (const { address, error } of failed) {
      if (error.code !== 'ABORTED') warn(`${address}: [${error.code}] ${error.message}`);
    }
    const failures = new Set(failed.map(({ address }) => address));
    for (const { entry } of plan.gaps) {
      // Nothing was asked for, so nothing has changed: to show it again would only try again, without an end.
      if (failures.has(entry.address) && !(await purchases.failureOf(entry))) continue;
      onPicture(entry.address);
    }
    for (const { address } of plan.waiting) if (!failures.has(address)) onPicture(address);
  };

  /** Somebody saw the price, and what it is over. */
  const buyConfirmed = async (plan: Purchasable): Promise<void> => {
    const confirmed = context.startRun('dev');
    confirmed.lift();
    await buyAll(plan, confirmed).finally(confirmed.end);
  };

  const offer = async (plan: GeneratePlan): Promise<void> => {
    const { gaps, waiting, count, overBudget } = plan;
    const more = waiting.length > 0 ? `, up to ${waiting.length} more` : '';
    const over = overBudget ? ' That is over the budget.' : '';
    const summary = `${count} to buy${more}, ${priceOf(gaps, waiting, config)}.${over} Press g + enter again to buy.`;
    log(
      'info',
      [...[...gaps.map(renderGap), ...waiting.map(renderWaiting)].map((line) => `  ${line}`), summary].join('\n'),
    );
  };

  const buy = async (): Promise<void> => {
    if (config.frozen) return log('info', 'Nothing is bought in CI, in Bun or under a test runner.');
    if (gitIsAtWork()) return log('info', 'Git is changing files. Press g + enter again when it is done.');
    if (config.consent.keyless !== undefined) return log('warn', config.consent.keyless);
    if (dependencies.size === 0) return log('info', 'No page that imports an image was visited yet.');
    originals.refresh();
    const plan = await planPurchases(context, { addresses: [...dependencies.keys()], recover: true, run });
    const { gaps, waiting, refused, invalid } = plan;
    for (const { address, error } of refused) log('warn', `${address}: ${error.message}`);
    if (invalid.length > 0)
      log('warn', `${invalid.length} ${invalid.length === 1 ? 'image is' : 'images are'} invalid, see above.`);
    if (gaps.length === 0) {
      const nothing = 'Every valid image on the pages visited so far has its picture.';
      return log('info', refused.length > 0 ? 'There is nothing else to buy.' : nothing);
    }
    const wanted = [
      ...gaps.map(({ entry }) => `${entry.address} ${entry.key}`),
      ...waiting.map(({ address }) => address),
    ];
    if (wanted.join('\n') !== offered) {
      offered = wanted.join('\n');
      return offer(plan);
    }
    offered = '';
    await buyConfirmed(plan);
  };

  return {
    buysByItself,
    schedule,
    unschedule: (file) => {
      for (const [address, timer] of timers) if (parseAddress(address).file === file) clearTimeout(timer);
    },
    buy,
    dispose: async () => {
      stopping.abort();
      await run.end();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
