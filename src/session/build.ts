import type { Entry } from '../catalog/entry.js';
import type { EmitFile, Exported, Published } from '../catalog/publish.js';
import { isFailure, joinFailures, PromptImageError } from '../failure.js';
import { isErrno } from '../files/durable.js';
import { addressOf } from '../files/scan.js';
import type { Context } from './context.js';
import { importedAddress } from './imported.js';
import { type Gap, missingImages } from './missing.js';

/** What differs between bundlers once an image is ready. */
export interface Host {
  /** Publishes a file; gives JavaScript that evaluates to its URL. */
  emitFile: EmitFile;
  /** The module changes with this file. */
  watchFile: (path: string) => void;
}

/** One build, with all of its environments. Failures are collected, so that one run shows all of them. */
export interface BuildSession {
  /** Source of the module that stands in a manifest's place. What fails is reported by `failure`. */
  module: (path: string, exported: Exported, host: Host) => Promise<string>;
  /** All failures so far as one error. */
  failure: () => PromptImageError | undefined;
  /** The line that every build ends with, and what a person should know. */
  finish: () => Promise<{ receipt: string; warnings: string[] }>;
}

/** @param watch a build that goes on: it never fails for missing pictures and never buys, like a dev server nobody looks at */
export function startBuild(context: Context, watch: boolean): BuildSession {
  const { config, originals, purchases, publisher, served } = context;
  // A build that goes on for long: pictures may have come since the last round.
  originals.refresh();
  const reused = new Set<string>();
  const bought = new Set<string>();
  const drafts = new Map<string, string>();
  const gaps = new Map<string, Gap>();
  const failures = new Map<string, PromptImageError>();
  const warnings = new Set<string>();
  let recovered: Promise<void> | undefined;

  const recover = () => {
    recovered ??= config.frozen ? Promise.resolve() : purchases.recover();
    return recovered;
  };

  const resolve = async (entry: Entry): Promise<Published | undefined> => {
    const state = await context.stateOf(entry);
    if (state.state === 'ok') {
      if (!bought.has(entry.key)) reused.add(entry.key);
      return serve(entry, state.original);
    }
    if (config.missing === 'draft' || (watch && config.missing === 'generate')) {
      drafts.set(entry.address, entry.key);
      return watch && state.state === 'stale' ? publisher.original(entry, state.last, 'stale') : publisher.draft(entry);
    }
    if (config.frozen || config.missing === 'error' || !config.consent.given) {
      gaps.set(entry.address, { entry, state });
      return undefined;
    }
    const purchase = await purchases.buy(entry);
    (purchase.bought ? bought : reused).add(entry.key);
    return serve(entry, purchase.original);
  };

  const serve = (entry: Entry, original: Parameters<typeof publisher.original>[1]): Published => {
    if (original.rivals.length > 0) {
      warnings.add(
        `${entry.address} has ${original.rivals.length + 1} originals; ${original.stem} serves, being the oldest`,
      );
    }
    if (entry.image.alt === undefined) {
      const { caption } = original.record;
      const suggestion = caption === undefined ? '' : ` The model said: “${caption}”`;
      warnings.add(`${entry.address} has no alt text; write one, or "" if it is decoration.${suggestion}`);
    }
    served.remember(entry.address, original.stem);
    return publisher.original(entry, original);
  };

  const failure = () => {
    const all = [...failures.values()];
    if (gaps.size > 0) all.push(missingImages([...gaps.values()], config));
    return all.length === 0 ? undefined : joinFailures(all);
  };

  return {
    failure,
    module: async (path, exported, { emitFile, watchFile }) => {
      const name = addressOf(config.root, path);
      failures.delete(name);
      gaps.delete(name);
      // Bundlers do not watch what a plugin loads for them.
      watchFile(path);
      try {
        await recover();
        const published = await resolve(await context.readEntry(importedAddress(config, path), watchFile));
        if (published) return await published.module(exported, emitFile);
      } catch (error) {
        if (!isFailure(error)) throw error;
        failures.set(name, error.place ? error : at(name, error));
      }
      return 'export default undefined;';
    },

    finish: async () => {
      await saveServed(context);
      const draftKeys = new Set([...drafts.values()].filter((key) => !reused.has(key) && !bought.has(key)));
      const failed = failures.size + gaps.size;
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

/** Names the image in a failure that came from its purchase. */
function at(address: string, error: PromptImageError): PromptImageError {
  const { code, what, next } = error;
  return new PromptImageError(code, what, { place: { file: address }, next, cause: error });
}

/** Remembers what was served. A checkout that cannot be written to simply remembers nothing. */
export async function saveServed({ served, config }: Context): Promise<void> {
  if (config.frozen) return;
  try {
    await served.save();
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

/** Pictures that are paid for and in nobody else's hands yet. */
async function toCommit({ config: { commit, git, originalsDir } }: Context): Promise<string> {
  if (!commit) return '';
  const pictures = (await git.untracked(originalsDir)).filter((file) => /-[0-9a-f]{16}-[0-9a-f]{8}\.json$/.test(file));
  return pictures.length === 0
    ? ''
    : ` (${pictures.length} new ${pictures.length === 1 ? 'original' : 'originals'} to commit)`;
}
