import type { Catalog } from '../catalog/catalog.js';
import { type EmitFile, type PublishedImage, type PublishedManifest, publishManifest } from '../catalog/manifest.js';
import { picturesIn, publishedIn } from '../catalog/pictures.js';
import type { Published } from '../catalog/publish.js';
import { isFailure, type PromptImageError } from '../failure.js';
import { mapBounded } from '../files/bounded.js';
import { addressOf } from '../files/scan.js';
import { parseAddress } from '../image/address.js';
import type { Run } from '../purchase/budget.js';
import { MissingAlts, missingAlt } from './alt.js';
import type { Context } from './context.js';
import { createDeclarations } from './declarations.js';
import { importedAddress, parseId } from './imported.js';
import { createLeakFailures } from './leak-failures.js';
import { findLeaks, type OutputFile } from './leaks.js';
import { namedFile } from './named-file.js';
import { conflictNote } from './notes.js';
import { createObtain, type Obtained } from './obtain.js';
import { createOutcome } from './outcome.js';
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
  /** Why a picture that this bundler publishes would not be found: nothing is bought for it. */
  refusal?: PromptImageError | undefined;
}

export interface BuildOptions {
  /** A build that goes on: like a dev server nobody looks at, it shows drafts and never buys. */
  watch: boolean;
  /** A line for the terminal, at once. */
  log: (message: string) => void;
}

/** One build, with all of its environments. Failures are collected, so that one run shows all of them. */
export interface BuildSession {
  /**
   * Source of the module that stands in a manifest's place. What fails is reported by `failure`; the module then has none of the
   * names that may be imported from it, which no bundler should make an error of its own of.
   */
  module: (id: string, host: Host) => Promise<{ code: string; isFailed: boolean }>;
  /**
   * What a stylesheet or a page gets whose URL names a manifest: what `emitFile` gives for the file of its `src`, or with
   * `?variant=` of that variant's. Nothing where it fails, which is reported by `failure`.
   */
  url: (id: string, host: Host) => Promise<string | undefined>;
  /** Looks for manifests in what is about to be written. @param sources ids of the build's modules */
  inspect: (files: readonly OutputFile[], sources: readonly string[]) => Promise<void>;
  /** A manifest is used in a way that would publish it, in one of these files. */
  refuse: (path: string, sources: readonly string[]) => Promise<void>;
  /** All failures so far as one error. @param id of a module: its own alone */
  failure: (id?: string) => PromptImageError | undefined;
  /** Ends it, without the line that a build ends with. @returns what a person should know */
  end: () => Promise<string[]>;
  /** Ends it. @returns the line that every build ends with, and what a person should know */
  finish: () => Promise<{ receipt: string; warnings: string[] }>;
}

/** @param run what it spends in; it ends with the session */
export function startBuild(
  context: Context,
  { watch, log }: BuildOptions,
  run: Run = context.startRun('build'),
): BuildSession {
  const { config, originals, publisher, served } = context;
  // A build that goes on for long: pictures may have come since the last round.
  originals.refresh();
  const warnings = new Set<string>(config.consent.warnings);
  const warn = (message: string) => void warnings.add(message);
  const outcome = createOutcome(config);
  const alts = new MissingAlts();
  const leaks = createLeakFailures(config);
  const recover = createRecovery(context, warn);
  const declarations = createDeclarations(config);
  const obtain = createObtain(context, { run, outcome, watch, log, warn });

  /** @returns nothing where one of its pictures is not there */
  const publish = async (catalog: Catalog, file: string): Promise<PublishedManifest | undefined> => {
    const manifest = await catalog.images(file);
    for (const warning of manifest.warnings) warn(warning);
    const hint = await declarations.update(manifest);
    if (hint !== undefined) warn(hint);
    // One that fails loses no other: what is bought for them is stored.
    const pictures = picturesIn(manifest);
    const obtained = await mapBounded(pictures, (address) => obtain(catalog, address), pictures.length || 1);
    const shown = new Map(pictures.map((address, index) => [address, obtained[index]]));
    const images: PublishedImage[] = [];
    for (const item of manifest.items) {
      const [base, ...variants] = await mapBounded(publishedIn(manifest, item), (each) => show(catalog, each, shown));
      if (!base || variants.includes(undefined)) continue;
      images.push({
        item,
        base: base.published,
        variants: (variants as Shown[]).map(({ address, media, published }) => ({
          name: parseAddress(address).variant ?? '',
          media,
          published,
        })),
      });
    }
    return images.length === manifest.items.length ? publishManifest(file, manifest.isCollection, images) : undefined;
  };

  /** One picture, or a variant that publishes its base's otherwise. */
  const show = async (
    catalog: Catalog,
    address: string,
    pictures: ReadonlyMap<string, Obtained | undefined>,
  ): Promise<Shown | undefined> => {
    try {
      const entry = await catalog.entry(address);
      const obtained = pictures.get(entry.image.picture);
      if (!obtained) return undefined;
      const { media } = entry.image;
      if (obtained === 'draft') return { address, media, published: await publisher.draft(entry) };
      if ('last' in obtained) return { address, media, published: publisher.original(entry, obtained.last, 'stale') };
      const { original } = obtained;
      const conflict = entry.waitsFor ? undefined : conflictNote(entry, original);
      if (conflict !== undefined) warn(conflict);
      // Variants say what their image does.
      const alt = parseAddress(address).variant === undefined ? missingAlt(entry, original) : undefined;
      if (alt && config.requireAlt === 'error') throw alt;
      if (alt && config.requireAlt === 'warn') alts.add(entry, original);
      served.remember(entry.image.picture, original.stem);
      return { address, media, published: publisher.original(entry, original) };
    } catch (error) {
      if (!isFailure(error)) throw error;
      outcome.fail(address, error);
      return undefined;
    }
  };

  /**
   * What is made of a manifest, unless something about it fails.
   *
   * @param kind of a mention: that of an import and that of a URL fail each on its own account
   */
  const attempt = async <T>(
    id: string,
    kind: 'import' | 'url',
    { watchFile, watchFolder, importer, refusal }: Host,
    use: (published: PublishedManifest) => Promise<T>,
  ): Promise<T | undefined> => {
    const { path, asked, variant } = parseId(id);
    const name = addressOf(config.root, path);
    const own = variant === undefined ? asked : `variant=${variant}`;
    const query = kind === 'url' ? ['url', own].filter(Boolean).join('&') : own;
    outcome.forget(name, query);
    // Pictures may arrive by git, or bought by another process.
    if (watch) watchFolder(config.originalsDir);
    try {
      const leak = await (kind === 'url' ? leaks.ofUrl : leaks.ofImport)(id, importer);
      if (leak) throw leak;
      if (refusal) throw refusal;
      await recover();
      // Bundlers do not watch what a plugin loads for them.
      const published = await publish(context.open(watchFile), importedAddress(config, path));
      return published && (await use(published));
    } catch (error) {
      if (!isFailure(error)) throw error;
      outcome.fail(query === undefined ? name : `${name}?${query}`, error);
      return undefined;
    }
  };

  const end = async () => {
    await Promise.all([served.save(), run.end()]);
    const drafts = outcome.drafts();
    if (drafts.length > 0) warn(`Drafts stand in for: ${drafts.join(', ')}`);
    const missing = alts.render();
    if (missing !== undefined) warn(missing);
    return [...warnings];
  };

  return {
    failure: (id) => outcome.failure(id === undefined ? undefined : addressOf(config.root, parseId(id).path)),
    module: async (id, host) => {
      const { exported } = parseId(id);
      const code = await attempt(id, 'import', host, (published) => published.module(exported, host.emitFile));
      return code === undefined ? { code: 'export default undefined;', isFailed: true } : { code, isFailed: false };
    },

    url: (id, host) =>
      attempt(id, 'url', host, async (published) => {
        const file = await namedFile(config, published, id, host.importer);
        return host.emitFile(file.name, await file.read());
      }),

    inspect: async (files, sources) => {
      for (const leak of await findLeaks(context, files, sources)) outcome.fail(leak.message, leak);
    },

    refuse: async (path, sources) => {
      const leak = await leaks.ofUse(path, sources);
      outcome.fail(leak.message, leak);
    },

    end,

    finish: async () => {
      const warnings = await end();
      return { receipt: outcome.receipt() + (await toCommit(context)), warnings };
    },
  };
}

interface Shown {
  address: string;
  media: string | undefined;
  published: Published;
}

/** Pictures that are paid for and in nobody else's hands yet. */
async function toCommit({ config: { commit, git, originalsDir } }: Context): Promise<string> {
  if (!commit) return '';
  const pictures = (await git.untracked(originalsDir)).filter((file) => /-[0-9a-f]{16}-[0-9a-f]{8}\.json$/.test(file));
  return pictures.length === 0
    ? ''
    : ` (${pictures.length} new ${pictures.length === 1 ? 'original' : 'originals'} to commit)`;
}
