import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Entry } from '../catalog/entry.js';
import type { Published } from '../catalog/publish.js';
import type { ImageState } from '../catalog/state.js';
import { isFailure } from '../failure.js';
import { isInside } from '../files/references.js';
import { parseName } from '../originals/names.js';
import type { Run } from '../purchase/budget.js';
import type { Context } from './context.js';
import { failureOf } from './generate.js';
import { importedAddress } from './imported.js';
import { holdInterrupts } from './interrupt.js';
import { lastChange } from './last-change.js';
import { type Gap, missingImages, modelsOf, priceOf, renderGap } from './missing.js';
import { conflictNote, noteOf, progressOf } from './notes.js';
import { createRecovery } from './recovery.js';

export interface DevEvents {
  /** These manifests have another picture, or another reason for having none. */
  onChange: (paths: readonly string[]) => void;
  /** An image depends on this file. */
  watch: (path: string) => void;
  /** A line for the terminal. */
  log: (level: 'info' | 'warn', message: string) => void;
}

/** One dev server: drafts and last pictures at once, purchases only where this checkout consented or somebody asks. */
export interface DevSession {
  /** @throws what is wrong with the manifest or its original; dev servers show it and go on */
  load: (path: string) => Promise<Published>;
  /** A file came, changed or went. @returns paths of imported manifests that depend on it */
  changed: (path: string) => readonly string[];
  /** Prints what is missing with its price; called again with nothing changed, buys it. */
  buy: () => Promise<void>;
  dispose: () => Promise<void>;
}

/** A file is bought for only after it was still for this long: people save while they type. */
const STILL = 3000;

export function startDev(context: Context, { onChange, watch, log }: DevEvents): DevSession {
  const { config, originals, purchases, publisher, served } = context;
  const dependencies = new Map<string, Set<string>>();
  const timers = new Map<string, NodeJS.Timeout>();
  const announced = new Map<string, string>();
  const warned = new Set<string>();
  const stopping = new AbortController();
  const run = context.startRun('dev');
  const stopNotes = context.onPurchase((event) => {
    const [note, progress] = [noteOf(event), progressOf(event)];
    if (note !== undefined) log('warn', note);
    if (progress !== undefined) log('info', progress);
  });
  let offered = '';
  /** Each once. */
  const warn = (message: string) => {
    if (!warned.has(message)) log('warn', message);
    warned.add(message);
  };
  for (const warning of config.consent.warnings) warn(warning);
  const recover = createRecovery(context, warn);

  const read = async (address: string): Promise<Entry> => {
    const files = new Set([join(config.root, address)]);
    dependencies.set(address, files);
    const entry = await context.readEntry(address, (path) => {
      files.add(path);
      watch(path);
    });
    for (const warning of entry.warnings) warn(warning);
    return entry;
  };

  const stateOf = async (entry: Entry): Promise<ImageState> => {
    const state = await context.stateOf(entry);
    if (state.state === 'ok') return state;
    const original = await purchases.restore(entry);
    return original ? { state: 'ok', original } : state;
  };

  /** Once for each state of an image, so that a page that reloads does not fill the terminal. */
  const announce = (gap: Gap, message: string) => {
    const text = `${renderGap(gap)}: ${message}`;
    if (announced.get(gap.entry.address) === text) return;
    announced.set(gap.entry.address, text);
    log('info', text);
  };

  const serveGap = async (gap: Gap): Promise<Published> => {
    const { entry, state } = gap;
    const failure = await purchases.failureOf(entry);
    const price = priceOf([gap], config);
    const ask = process.stdin.isTTY ? 'press g + enter' : 'run npx prompt-image generate';
    const byItself = state.state === 'missing' && mayBuyByItself();
    if (failure) announce(gap, failure.message);
    else if (config.frozen || config.missing === 'draft') announce(gap, 'nothing is bought in this run.');
    else if (byItself) announce(gap, `a draft until its picture is bought (${price}).`);
    else announce(gap, `${ask} to buy it (${price}). ${config.consent.how}`.trim());
    if (byItself && !failure) schedule(entry, STILL);
    return state.state === 'stale'
      ? publisher.original(entry, state.last, 'stale')
      : publisher.draft(entry, failure?.what);
  };

  const mayBuyByItself = () => config.consent.given && !config.frozen && config.missing === 'generate';

  /** Git is switching files: what stands there now may be gone in a second. */
  const gitIsAtWork = () => config.git.indexLock !== undefined && existsSync(config.git.indexLock);

  const schedule = ({ address }: Entry, wait: number) => {
    clearTimeout(timers.get(address));
    const timer = setTimeout(() => void buyWhenStill(address), wait);
    timer.unref();
    timers.set(address, timer);
  };

  const buyWhenStill = async (address: string): Promise<void> => {
    timers.delete(address);
    try {
      const entry = await context.readEntry(address);
      const unrest = STILL - (Date.now() - (await lastChange(dependencies.get(address) ?? [])));
      // A file may come from a clock that is ahead.
      if (unrest > 0) return schedule(entry, Math.min(unrest, STILL));
      if (gitIsAtWork()) return schedule(entry, STILL);
      originals.refresh();
      if ((await stateOf(entry)).state === 'missing') await buyAll([entry]);
    } catch (error) {
      // Nobody awaits a timer: what is thrown here would end the dev server.
      if (!isFailure(error)) log('warn', `${address}: ${error instanceof Error ? error.stack : String(error)}`);
      onChange([join(config.root, address)]);
    }
  };

  const buyAll = async (entries: readonly Entry[], spender: Run = run): Promise<void> => {
    await holdInterrupts(context, () => Promise.all(entries.map((entry) => buyOne(entry, spender))));
  };

  const buyOne = async (entry: Entry, spender: Run): Promise<void> => {
    try {
      await purchases.buy(entry, { run: spender, signal: stopping.signal });
    } catch (error) {
      const { code, message } = failureOf(error);
      if (code !== 'ABORTED') warn(`${entry.address}: [${code}] ${message}`);
      // Nothing was asked for, so nothing has changed: to show it again would only try again, without an end.
      if (!(await purchases.failureOf(entry))) return;
    }
    onChange([join(config.root, entry.address)]);
  };

  /** Somebody saw the price, and what it is over. */
  const buyConfirmed = async (entries: readonly Entry[]): Promise<void> => {
    const confirmed = context.startRun('dev');
    confirmed.lift();
    await buyAll(entries, confirmed).finally(confirmed.end);
  };

  const gapsNow = async () => {
    originals.refresh();
    const gaps: Gap[] = [];
    const refused: { address: string; message: string }[] = [];
    let invalid = 0;
    for (const address of dependencies.keys()) {
      try {
        const entry = await context.readEntry(address);
        const state = await stateOf(entry);
        if (state.state === 'ok') continue;
        const failure = await purchases.failureOf(entry);
        if (failure) refused.push({ address, message: failure.message });
        else gaps.push({ entry, state });
      } catch (error) {
        // Shown in the page; it cannot be bought.
        if (!isFailure(error)) throw error;
        invalid += 1;
      }
    }
    return { gaps, refused, invalid };
  };

  return {
    load: async (path) => {
      await recover();
      const entry = await read(importedAddress(config, path));
      const state = await stateOf(entry);
      if (state.state !== 'ok') {
        if (config.missing === 'error') throw missingImages([{ entry, state }], config);
        return serveGap({ entry, state });
      }
      announced.delete(entry.address);
      const conflict = conflictNote(entry, state.original);
      if (conflict !== undefined) warn(conflict);
      served.remember(entry.address, state.original.stem);
      await served.save();
      return publisher.original(entry, state.original);
    },

    changed: (path) => {
      if (isInside(config.originalsDir, path)) {
        if (!parseName(basename(path))) return [];
        originals.refresh();
        return [...dependencies.keys()].map((address) => join(config.root, address));
      }
      const affected = [...dependencies].filter(([, files]) => files.has(path)).map(([address]) => address);
      for (const address of affected) clearTimeout(timers.get(address));
      return affected.map((address) => join(config.root, address));
    },

    buy: async () => {
      if (config.frozen) return log('info', 'Nothing is bought in CI or under a test runner.');
      if (gitIsAtWork()) return log('info', 'Git is changing files. Press g + enter again when it is done.');
      if (config.consent.keyless !== undefined) return log('warn', config.consent.keyless);
      // Somebody asks: what failed before and may have passed is tried again.
      purchases.forgetFailures();
      const { gaps, refused, invalid } = await gapsNow();
      for (const { address, message } of refused) log('warn', `${address}: ${message}`);
      if (invalid > 0) log('warn', `${invalid} ${invalid === 1 ? 'manifest is' : 'manifests are'} invalid, see above.`);
      const plan = gaps.map(({ entry }) => `${entry.address} ${entry.key}`).join('\n');
      if (dependencies.size === 0) return log('info', 'No page that imports an image was visited yet.');
      if (gaps.length === 0 && refused.length > 0) return log('info', 'There is nothing else to buy.');
      if (gaps.length === 0) return log('info', 'Every valid image on the pages visited so far has its picture.');
      if (plan !== offered) {
        offered = plan;
        const count = modelsOf(gaps).length;
        const over = (await run.wouldExceed(modelsOf(gaps))) ? ' That is over the budget.' : '';
        const summary = `${count} to buy, ${priceOf(gaps, config)}.${over} Press g + enter again to buy.`;
        return log('info', [...gaps.map((gap) => `  ${renderGap(gap)}`), summary].join('\n'));
      }
      offered = '';
      await buyConfirmed(gaps.map(({ entry }) => entry));
    },

    dispose: async () => {
      stopping.abort();
      stopNotes();
      await run.end();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
