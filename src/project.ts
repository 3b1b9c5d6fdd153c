import { resolve } from 'node:path';
import { openCatalog } from './catalog/catalog.js';
import type { PublishedImage } from './catalog/manifest.js';
import { createPublisher } from './catalog/publish.js';
import { createManifestReader, readerOptions } from './catalog/reader.js';
import { createStates } from './catalog/state.js';
import { type ResolvedConfig, resolveConfig } from './config/config.js';
import type { InlineOptions } from './config/options.js';
import { stockFolder } from './config/stock.js';
import type { Curation } from './curation/curation.js';
import { openCache } from './derivatives/cache.js';
import { createDerivatives } from './derivatives/derivatives.js';
import { createLazyEncoder } from './derivatives/encoder/lazy.js';
import { sharpVersions } from './derivatives/encoder/versions.js';
import { namedPath, readNamed, writeNamed } from './derivatives/named.js';
import { readResult, withFile } from './derivatives/scratch.js';
import { isFailure, PromptImageError } from './failure.js';
import { isErrno } from './files/errno.js';
import { originalsAreIgnored } from './files/git.js';
import type { Reference } from './files/references.js';
import { scanManifests } from './files/scan.js';
import { parseAddress, renderAddress } from './image/address.js';
import { openOriginals } from './originals/originals.js';
import { openServed } from './originals/served.js';
import { startRun } from './purchase/budget.js';
import { openIntents } from './purchase/intents.js';
import { openLedger } from './purchase/ledger.js';
import { createPurchases, type PurchaseEvent } from './purchase/purchase.js';
import { openStock } from './purchase/stock.js';
import { addManifest, type NewManifest } from './session/add.js';
import { type BuildOptions, type BuildSession, startBuild } from './session/build.js';
import { type CheckReport, check, ignoredOriginals } from './session/check.js';
import type { Context } from './session/context.js';
import { type DeclareReport, declareAll } from './session/declare-all.js';
import { type DevEvents, type DevSession, startDev } from './session/dev.js';
import { type ExecuteOptions, executePlan, type GenerateReport } from './session/generate.js';
import { importedAddress, isExcluded } from './session/imported.js';
import { createLeakFailures, type LeakFailures } from './session/leak-failures.js';
import { type Modules, startModules } from './session/modules.js';
import { type GeneratePlan, type PlanOptions, planPurchases } from './session/plan.js';
import { publishBought } from './session/publish-bought.js';
import { setDamagedAside } from './session/replace.js';
import { selectPictures } from './session/select.js';
import { type ImageStatus, readStatus } from './session/status.js';

// The faces take what they need from here and reach nothing below.
export type { PublishedImage, PublishedManifest } from './catalog/manifest.js';
export { describeImage } from './catalog/manifest.js';
export type { Published, PublishedFile } from './catalog/publish.js';
export type { InlineOptions, PluginOptions } from './config/options.js';
export type { Spend } from './curation/costs.js';
export type { Disclosure } from './curation/disclose.js';
export type { PictureChange, PictureDiff } from './curation/picture-diff.js';
export type { PromptImage } from './image/object.js';
export { renderLimits } from './purchase/budget.js';
export { renderCost } from './purchase/price.js';
export type { NewManifest } from './session/add.js';
export type { BuildSession, Host } from './session/build.js';
export type { CheckReport } from './session/check.js';
export type { DevSession } from './session/dev.js';
export type { GenerateReport, ProgressEvent } from './session/generate.js';
export { MANIFEST_ID } from './session/imported.js';
export type { OutputFile } from './session/leaks.js';
export { costOfGaps, priceOf, renderGap, renderPrice, renderWaiting } from './session/missing.js';
export type { Modules } from './session/modules.js';
export { progressOf } from './session/notes.js';
export type { GeneratePlan } from './session/plan.js';
export { groupFailures, type PurchaseFailure } from './session/purchase-failures.js';
export { readSetup, type Setup } from './session/setup.js';
export type { ImageStatus } from './session/status.js';
export { quoted } from './session/waiting.js';
export { CLIENT_TYPES } from './typescript/route.js';
export { compilerOption, parseTsconfig, readTsconfig, referencedFiles } from './typescript/tsconfig.js';

/** A project's images, for the faces: the bundler plugins, the command line and the API. All wiring is here. */
export interface Project {
  config: ResolvedConfig;
  /** Whether a manifest is left to the bundler. */
  isExcluded: (path: string) => boolean;
  /** Failures of manifests that would be published as themselves. */
  leaks: LeakFailures;
  build: (options: BuildOptions) => BuildSession;
  modules: (options: BuildOptions) => Modules;
  /** Keeps a published file in the cache under its name. @returns what `readNamed` finds it by */
  writeNamed: (name: string, bytes: Uint8Array) => Promise<string>;
  /** Absolute path of such a file. */
  namedPath: (id: string) => string;
  readNamed: (id: string) => Promise<Buffer | undefined>;
  dev: (events: DevEvents) => DevSession;
  /** Paths of all manifests from the root. */
  scan: () => Promise<string[]>;
  /** Addresses of the pictures that files, items and variants have of their own. */
  pictures: (addresses: readonly string[]) => Promise<string[]>;
  status: (addresses?: readonly string[]) => Promise<ImageStatus[]>;
  check: (options: { strict: boolean }) => Promise<CheckReport>;
  plan: (options: PlanOptions) => Promise<GeneratePlan>;
  execute: (plan: GeneratePlan, options?: ExecuteOptions) => Promise<GenerateReport>;
  /** Puts damaged originals of an image aside. @returns the files @throws `CACHE_WHOLE` */
  setDamagedAside: (address: string) => Promise<string[]>;
  /** An image with its variants, if it has their pictures; buys nothing. @throws `IMAGE_MISSING` and what is wrong with manifest or original */
  publish: (address: string) => Promise<PublishedImage>;
  /** Writes a manifest that there was not. @throws `MANIFEST_EXISTS`, `MANIFEST_*`; nothing is written then */
  add: (address: string, manifest: NewManifest) => Promise<void>;
  /** Writes the `.d.json.ts` beside manifests. */
  declare: (addresses?: readonly string[]) => Promise<DeclareReport>;
  /** What people do with their pictures; loaded by the first command that needs it. */
  curate: () => Promise<Curation>;
  /** Waits for what is being bought, then ends the encoder's process. What comes afterwards starts it anew. */
  dispose: () => Promise<void>;
}

/**
 * Opens the project that `start` lies in.
 *
 * @param start the bundler's root, or the working directory
 * @throws `CONFIG_INVALID`, `CONFIG_KEY_EXPOSED`, `NOT_BUILT_YET`
 */
export async function openProject(start: string, options: InlineOptions = {}): Promise<Project> {
  const config = await resolveConfig(start, options);
  const encoder = createLazyEncoder();
  const cache = await openCache(config.cacheDir);
  const derivatives = createDerivatives(cache, encoder, await sharpVersions(encoder.versions));
  const originals = openOriginals(config.originalsDir);
  const served = openServed(config.originalsDir, config.frozen);
  const ledger = openLedger(config.originalsDir);
  const reader = createManifestReader(readerOptions(config));
  // What costs nothing is counted all the same, but not in dollars.
  const limits = config.provider.free ? { maxImages: config.budget.maxImages } : config.budget;
  const listeners = new Set<(event: PurchaseEvent) => void>();

  const purchases = createPurchases({
    ...config,
    originals,
    stock: openStock({
      folder: config.originalsDir,
      user: () => stockFolder(config.provider),
      provider: config.provider.name,
      frozen: config.frozen,
    }),
    intents: openIntents(config.originalsDir),
    admit: async () => {
      if (config.commit && (await originalsAreIgnored(config.git, config.originalsDir))) throw ignoredOriginals();
    },
    inspect: (bytes) => withFile(cache, bytes, 'it', encoder.inspect),
    prepare: async (reference) => {
      const { path: source, file: name } = reference;
      if (reference.isLfsPointer) throw lfsPointer(reference);
      try {
        const { bytes, result } = await readResult(cache, (target) =>
          encoder.prepareReference({ source, name, target }),
        );
        return { bytes, mimeType: result.mimeType };
      } catch (error) {
        if (isErrno(error)) throw unreadable(reference, error);
        if (!isFailure(error, 'REFERENCE_INVALID')) throw error;
        throw new PromptImageError(error.code, error.what, { place: reference.place(), next: error.next });
      }
    },
    raster: async (svg, size) => (await readResult(cache, (target) => encoder.raster({ svg, ...size, target }))).bytes,
    onEvent: (event) => {
      for (const listener of listeners) listener(event);
    },
  });

  const context: Context = {
    config,
    originals,
    served,
    startRun: (kind) => startRun(ledger, kind, limits, config.prices),
    purchases,
    publisher: createPublisher(cache, derivatives, encoder, config.provenance),
    open: (onDependency = () => {}) => openCatalog({ ...config, reader, originals, onDependency }),
    scan: () => scanManifests(config),
    stateOf: createStates(originals, served),
    onPurchase: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  /** As the project itself names it. @throws `MANIFEST_OUTSIDE_ROOT` */
  const inside = (address: string) => {
    const { file, ...rest } = parseAddress(address);
    return renderAddress({ ...rest, file: importedAddress(config, resolve(config.root, file)) });
  };

  return {
    config,
    isExcluded: (path) => isExcluded(config, path),
    leaks: createLeakFailures(config),
    build: (options) => startBuild(context, options),
    modules: (options) => startModules(context, options),
    writeNamed: (name, bytes) => writeNamed(config.cacheDir, name, bytes),
    namedPath: (id) => namedPath(config.cacheDir, id),
    readNamed: (id) => readNamed(config.cacheDir, id),
    dev: (events) => startDev(context, events),
    scan: context.scan,
    pictures: (addresses) => selectPictures(context, context.open(), addresses.map(inside)),
    status: (addresses) => readStatus(context, addresses?.map(inside)),
    check: (checkOptions) => check(context, checkOptions),
    plan: ({ addresses, ...rest }) => planPurchases(context, { addresses: addresses?.map(inside), ...rest }),
    execute: (plan, executeOptions) => executePlan(context, plan, executeOptions),
    add: (address, manifest) => addManifest(config, inside(address), manifest),
    declare: (addresses) => declareAll(context, addresses?.map(inside)),
    curate: async () => {
      const { createCuration } = await import('./curation/curation.js');
      return createCuration(context, encoder, cache);
    },
    setDamagedAside: (address) => setDamagedAside(context, inside(address)),
    publish: (address) => publishBought(context, inside(address)),
    dispose: async () => {
      await purchases.settle();
      await encoder.dispose();
    },
  };
}

function unreadable({ file, place }: Reference, cause: NodeJS.ErrnoException): PromptImageError {
  const what = `${file} cannot be read any more (${cause.code})`;
  return new PromptImageError('REFERENCE_INVALID', what, { place: place(), cause });
}

function lfsPointer({ file, place }: Reference): PromptImageError {
  return new PromptImageError('REFERENCE_INVALID', `${file} is a Git-LFS pointer, and must be sent`, {
    place: place(),
    next: 'Run: git lfs pull',
  });
}
