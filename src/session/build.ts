import type { Entry } from '../catalog/entry.js';
import type { EmitFile, Published } from '../catalog/publish.js';
import { isFailure, joinFailures, type PromptImageError } from '../failure.js';
import { addressOf } from '../files/scan.js';
import type { PurchaseEvent } from '../purchase/purchase.js';
import { missingAlt } from './alt.js';
import type { Context } from './context.js';
import { importedAddress, parseId } from './imported.js';
import { holdInterrupts } from './interrupt.js';
import { createLeakFailures } from './leak-failures.js';
import { findLeaks, type OutputFile } from './leaks.js';
import { type Gap, missingImages, overBudget } from './missing.js';
import { conflictNote, noteOf, progressOf } from './notes.js';
import { groupFailures } from './purchase-failures.js';
import { createRecovery } from './recovery.js';

/** What differs between bundlers when an image is imported. */
export interface Host {
  /** Publishes a file; gives JavaScript that evaluates to its URL. */
  emitFile: EmitFile;
  /** The module changes with this file. */
  watchFile: (path: string) => void;
  /** It changes, too, with what lies in this folder. */
  watchFolder: (path: string) => void;
  /** The module that imports it, where the bundler tells. */
  importer?: string | undefined;
}

export interface BuildOptions {
  /** A build that goes on: like a dev server nobody looks at, it shows drafts and never buys. */
  watch: boolean;
  /** A line for the terminal, at once. */
  log: (message: string) => void;
}

/** One build, with all of its environments. Failures are collected, so that one run shows all of them. */
export interface BuildSession {
  /** Source of the module that stands in a manifest's place. What fails is reported by `failure`. */
  module: (id: string, host: Host) => Promise<string>;
  /** Looks for manifests in what is about to be written. @param sources ids of the build's modules */
  inspect: (files: readonly OutputFile[], sources: readonly string[]) => Promise<void>;
  /** A manifest is used in a way that would publish it, in one of these files. */
  refuse: (path: string, sources: readonly string[]) => Promise<void>;
  /** All failures so far as one error. */
  failure: () => PromptImageError | undefined;
  /** The line that every build ends with, and what a person should know. */
  finish: () => Promise<{ receipt: string; warnings: string[] }>;
}

export function startBuild(context: Context, { watch, log }: BuildOptions): BuildSession {
  const { config, originals, purchases, publisher, served } = context;
  // A build that goes on for long: pictures may have come since the last round.
  originals.refresh();
  const reused = new Set<string>();
  const bought = new Set<string>();
  const drafts = new Map<string, string>();
  const gaps = new Map<string, Gap>();
  const unaffordable = new Map<string, Gap>();
  const failures = new Map<string, PromptImageError>();
  const failedPurchases = new Map<string, PromptImageError>();
  const warnings = new Set<string>();
  const told = new WeakSet<PurchaseEvent>();
  for (const warning of config.consent.warnings) warnings.add(warning);
  const leaks = createLeakFailures(config);
  const recover = createRecovery(context, (message) => warnings.add(message));
  const run = context.startRun('build');

  const resolve = async (entry: Entry): Promise<Published | undefined> => {
    for (const warning of entry.warnings) warnings.add(warning);
    const state = await context.stateOf(entry);
    if (state.state === 'ok') {
      if (!bought.has(entry.key)) reused.add(entry.key);
      return serve(entry, state.original);
    }
    const paid = await purchases.restore(entry);
    if (paid) {
      reused.add(entry.key);
      return serve(entry, paid);
    }
    if (config.missing === 'draft' || (watch && config.missing === 'generate')) {
      drafts.set(entry.address, entry.key);
      return watch && state.state === 'stale' ? publisher.original(entry, state.last, 'stale') : publisher.draft(entry);
    }
    const failure = config.frozen ? undefined : await purchases.failureOf(entry);
    if (failure) throw failure;
    if (config.frozen || config.missing === 'error' || !config.consent.given) {
      gaps.set(entry.address, { entry, state });
      return undefined;
    }
    const alt = missingAlt(entry);
    // Sure to fail: what it would take to go on costs money.
    if (alt && config.requireAlt === 'error') throw alt;
    const purchase = await buy({ entry, state });
    if (!purchase) return undefined;
    (purchase.bought ? bought : reused).add(entry.key);
    return serve(entry, purchase.original);
  };

  /** @returns nothing where the budget is used up */
  const buy = async (gap: Gap): Promise<Awaited<ReturnType<typeof purchases.buy>> | undefined> => {
    const { entry } = gap;
    const stop = context.onPurchase((event) => {
      if (event.address !== entry.address) return;
      const [note, progress] = [noteOf(event), progressOf(event)];
      if (note !== undefined) warnings.add(note);
      // Several environments may wait for one purchase.
      if (progress !== undefined && !told.has(event)) log(progress);
      told.add(event);
    });
    try {
      return await holdInterrupts(context, () => purchases.buy(entry, { run }));
    } catch (error) {
      if (!isFailure(error, 'BUDGET_EXCEEDED')) throw error;
      unaffordable.set(entry.address, gap);
      return undefined;
    } finally {
      stop();
    }
  };

  const serve = (entry: Entry, original: Parameters<typeof publisher.original>[1]): Published => {
    const conflict = conflictNote(entry, original);
    if (conflict !== undefined) warnings.add(conflict);
    const alt = missingAlt(entry, original);
    if (alt && config.requireAlt === 'error') throw alt;
    if (alt && config.requireAlt === 'warn') warnings.add(alt.message);
    served.remember(entry.address, original.stem);
    return publisher.original(entry, original);
  };

  const failure = () => {
    const all = [...failures.values()];
    all.push(...groupFailures(Array.from(failedPurchases, ([address, error]) => ({ address, error }))));
    if (gaps.size > 0) all.push(missingImages([...gaps.values()], config));
    if (unaffordable.size > 0) all.push(overBudget([...unaffordable.values()], config));
    return all.length === 0 ? undefined : joinFailures(all);
  };

  return {
    failure,
    module: async (id, { emitFile, watchFile, watchFolder, importer }) => {
      const { path, exported, asked } = parseId(id);
      const name = addressOf(config.root, path);
      const place = asked === undefined ? name : `${name}?${asked}`;
      failures.delete(place);
      failedPurchases.delete(name);
      gaps.delete(name);
      unaffordable.delete(name);
      // Bundlers do not watch what a plugin loads for them.
      watchFile(path);
      // Pictures may arrive by git, or bought by another process.
      if (watch) watchFolder(config.originalsDir);
      try {
        const leak = await leaks.ofImport(id, importer);
        if (leak) throw leak;
        await recover();
        const published = await resolve(await context.readEntry(importedAddress(config, path), watchFile));
        if (published) return await published.module(exported, emitFile);
      } catch (error) {
        if (!isFailure(error)) throw error;
        if (error.place) failures.set(place, error);
        else failedPurchases.set(name, error);
      }
      return 'export default undefined;';
    },

    inspect: async (files, sources) => {
      for (const leak of await findLeaks(context, files, sources)) failures.set(leak.message, leak);
    },

    refuse: async (path, sources) => {
      const leak = await leaks.ofUse(path, sources);
      failures.set(leak.message, leak);
    },

    finish: async () => {
      await Promise.all([served.save(), run.end()]);
      const draftKeys = new Set([...drafts.values()].filter((key) => !reused.has(key) && !bought.has(key)));
      const failed = failures.size + failedPurchases.size + gaps.size + unaffordable.size;
      const total = reused.size + bought.size + draftKeys.size + failed;
      const parts = [`${reused.size} reused`, `${bought.size} bought`];
      if (draftKeys.size > 0) parts.push(`${draftKeys.size} ${draftKeys.size === 1 ? 'draft' : 'drafts'}`);
      if (failed > 0) parts.push(`${failed} failed`);
      const receipt = `${total} ${total === 1 ? 'image' : 'images'}: ${parts.join(', ')}`;
      if (drafts.size > 0) warnings.add(`Drafts stand in for: ${[...drafts.keys()].sort().join(', ')}`);
      return { receipt: receipt + (await toCommit(context)), warnings: [...warnings] };
    },
  };
}

/** Pictures that are paid for and in nobody else's hands yet. */
async function toCommit({ config: { commit, git, originalsDir } }: Context): Promise<string> {
  if (!commit) return '';
  const pictures = (await git.untracked(originalsDir)).filter((file) => /-[0-9a-f]{16}-[0-9a-f]{8}\.json$/.test(file));
  return pictures.length === 0
    ? ''
    : ` (${pictures.length} new ${pictures.length === 1 ? 'original' : 'originals'} to commit)`;
}
