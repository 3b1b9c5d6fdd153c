import type { Catalog } from '../catalog/catalog.js';
import type { Entry, WaitingEntry } from '../catalog/entry.js';
import type { WaitingState } from '../catalog/state.js';
import { isFailure, PromptImageError } from '../failure.js';
import { parseAddress } from '../image/address.js';
import type { Original } from '../originals/originals.js';
import type { Run } from '../purchase/budget.js';
import type { PurchaseEvent } from '../purchase/purchase.js';
import { missingAlt } from './alt.js';
import type { Context } from './context.js';
import { holdInterrupts } from './interrupt.js';
import type { Gap } from './missing.js';
import { noteOf, progressOf } from './notes.js';
import type { Outcome } from './outcome.js';

/** What a build shows of a picture: its original, the last one of an earlier prompt, or a draft. */
export type Obtained = { original: Original } | { last: Original } | 'draft';

export interface ObtainOptions {
  run: Run;
  outcome: Outcome;
  /** Like a dev server nobody looks at: it shows drafts and last pictures, and never buys. */
  watch: boolean;
  /** A line for the terminal, at once. */
  log: (message: string) => void;
  warn: (message: string) => void;
}

/**
 * Finds a picture of a build, or buys it where the build may: first what it waits for, then itself. What fails is told to the
 * outcome.
 *
 * @returns `undefined` where there is nothing to show
 */
export type Obtain = (catalog: Catalog, address: string) => Promise<Obtained | undefined>;

export function createObtain(context: Context, { run, outcome, watch, log, warn }: ObtainOptions): Obtain {
  const { config, purchases } = context;
  const told = new WeakSet<PurchaseEvent>();
  const showsDrafts = config.missing === 'draft' || (watch && config.missing === 'generate');
  const mayBuy = !config.frozen && config.missing === 'generate' && config.consent.given && !watch;

  /** @param isShown otherwise somebody waits for it */
  const obtain = async (catalog: Catalog, address: string, isShown: boolean): Promise<Obtained | undefined> => {
    try {
      const entry = await catalog.entry(address);
      for (const warning of entry.warnings) warn(warning);
      return await (entry.waitsFor ? obtainLater(catalog, entry, isShown) : obtainNow(entry, isShown));
    } catch (error) {
      if (!isFailure(error)) throw error;
      outcome.fail(address, error);
      return undefined;
    }
  };

  const obtainLater = async (catalog: Catalog, waiting: WaitingEntry, isShown: boolean) => {
    await Promise.all(waiting.waitsFor.map((other) => obtain(catalog, other, false)));
    const entry = await catalog.entry(waiting.address);
    if (!entry.waitsFor) return obtainNow(entry, isShown);
    if (showsDrafts) {
      const { last } = (await context.stateOf(entry)) as WaitingState;
      return standIn(entry, entry.address, last, isShown);
    }
    if (mayBuy)
      throw new PromptImageError('IMAGE_WAITING', `waits for ${entry.waitsFor.join(', ')}, which was not bought`);
    outcome.waits(entry);
    return undefined;
  };

  const obtainNow = async (entry: Entry, isShown: boolean): Promise<Obtained | undefined> => {
    const state = await context.stateOf(entry);
    if (state.state === 'ok') return found(entry, state.original);
    const paid = await purchases.restore(entry);
    if (paid) return found(entry, paid);
    if (showsDrafts) return standIn(entry, entry.key, state.state === 'stale' ? state.last : undefined, isShown);
    const failure = config.frozen ? undefined : await purchases.failureOf(entry);
    if (failure) throw failure;
    if (!mayBuy) {
      outcome.gap({ entry, state });
      return undefined;
    }
    const alt = parseAddress(entry.address).variant === undefined ? missingAlt(entry) : undefined;
    // Sure to fail: what it would take to go on costs money.
    if (isShown && alt && config.requireAlt === 'error') throw alt;
    return buy({ entry, state });
  };

  const found = (entry: Entry, original: Original): Obtained => {
    outcome.found(entry.key, 'reused');
    return { original };
  };

  const standIn = (
    entry: Entry | WaitingEntry,
    key: string,
    last: Original | undefined,
    isShown: boolean,
  ): Obtained => {
    if (isShown) outcome.draft(entry, key);
    return watch && last ? { last } : 'draft';
  };

  /** @returns nothing where the budget is used up */
  const buy = async (gap: Gap): Promise<Obtained | undefined> => {
    const { entry } = gap;
    const stop = context.onPurchase((event) => {
      if (event.address !== entry.address) return;
      const [note, progress] = [noteOf(event), progressOf(event)];
      if (note !== undefined) warn(note);
      // Several environments may wait for one purchase.
      if (progress !== undefined && !told.has(event)) log(progress);
      told.add(event);
    });
    try {
      const purchase = await holdInterrupts(context, () => purchases.buy(entry, { run }));
      outcome.found(entry.key, purchase.bought ? 'bought' : 'reused');
      return { original: purchase.original };
    } catch (error) {
      if (!isFailure(error, 'BUDGET_EXCEEDED')) throw error;
      outcome.unaffordable(gap);
      return undefined;
    } finally {
      stop();
    }
  };

  return (catalog, address) => obtain(catalog, address, true);
}
