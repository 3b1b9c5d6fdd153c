import { basename, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { type PublishedManifest, publishManifest } from '../catalog/manifest.js';
import { publishedIn } from '../catalog/pictures.js';
import type { Published, PublishedFile } from '../catalog/publish.js';
import type { ImageState, WaitingState } from '../catalog/state.js';
import { mapBounded } from '../files/bounded.js';
import { isInside } from '../files/references.js';
import { parseAddress } from '../image/address.js';
import { parseName } from '../originals/names.js';
import type { Context } from './context.js';
import { createDeclarations } from './declarations.js';
import { createDevPurchases } from './dev-purchases.js';
import { importedAddress, parseId } from './imported.js';
import { createLeakFailures } from './leak-failures.js';
import { type Gap, missingImages, priceOf, renderGap, renderWaiting } from './missing.js';
import { namedFile } from './named-file.js';
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
  /** @throws what is wrong with the manifest or its originals; dev servers show it and go on */
  load: (path: string) => Promise<PublishedManifest>;
  /**
   * The file that a stylesheet or a page shows whose URL names a manifest.
   *
   * @param id path and query @throws what `load` throws, `MANIFEST_LEAK` and `IMAGE_UNKNOWN` of the URL
   */
  named: (id: string, source: string) => Promise<PublishedFile>;
  /** A file came, changed or went. @returns paths of imported manifests that depend on it */
  changed: (path: string) => readonly string[];
  /** Originals may have come or gone: for who does not hear of it from a watcher. */
  refresh: () => void;
  /** Prints what is missing with its price; called again with nothing changed, buys it. */
  buy: () => Promise<void>;
  dispose: () => Promise<void>;
}

export function startDev(context: Context, { onChange, watch, log }: DevEvents): DevSession {
  const { config, originals, purchases, publisher, served } = context;
  /** Of each imported manifest the files that it stands on. */
  const dependencies = new Map<string, Set<string>>();
  const announced = new Map<string, string>();
  const warned = new Set<string>();
  /** Each once. */
  const warn = (message: string) => {
    if (!warned.has(message)) log('warn', message);
    warned.add(message);
  };
  for (const warning of config.consent.warnings) warn(warning);
  const recover = createRecovery(context, warn);
  const declarations = createDeclarations(config);
  const leaks = createLeakFailures(config);

  const affectedBy = (path: string) => [...dependencies].filter(([, files]) => files.has(path)).map(([file]) => file);
  const pathOf = (file: string) => join(config.root, file);
  /** A picture has come, or will not: for its own manifest and for those that reference it. */
  const onPicture = (address: string) => {
    const { file } = parseAddress(address);
    onChange([...new Set([file, ...affectedBy(pathOf(file))])].map(pathOf));
  };
  const shopping = createDevPurchases(context, { dependencies, onPicture, log, warn });
  const stopNotes = context.onPurchase((event) => {
    const [note, progress] = [noteOf(event), progressOf(event)];
    if (note !== undefined) log('warn', note);
    if (progress !== undefined) log('info', progress);
    if (event.type === 'bought') onPicture(event.address);
  });

  /** Once for each state of an image, so that a page that reloads does not fill the terminal. */
  const announce = (address: string, text: string) => {
    if (announced.get(address) === text) return;
    announced.set(address, text);
    log('info', text);
  };

  const open = (file: string): Catalog => {
    const files = new Set<string>();
    dependencies.set(file, files);
    return context.open((path) => {
      files.add(path);
      watch(path);
    });
  };

  /** What lies elsewhere, paid for, is brought here. */
  const stateOf = async (catalog: Catalog, address: string): Promise<Looked> => {
    const entry = await catalog.entry(address);
    if (!entry.waitsFor) {
      const state = await context.stateOf(entry);
      const paid = state.state === 'ok' ? undefined : await purchases.restore(entry);
      return paid ? { entry, state: { state: 'ok', original: paid } } : { entry, state };
    }
    const awaited = await Promise.all(entry.waitsFor.map((other) => stateOf(catalog, other)));
    const isReady = awaited.every(({ state }) => state.state === 'ok');
    return isReady ? stateOf(catalog, address) : { entry, state: (await context.stateOf(entry)) as WaitingState };
  };

  const serveGap = async (looked: Looked, gap: Gap | undefined): Promise<Published> => {
    const { entry, state } = looked;
    const failure = gap && (await purchases.failureOf(gap.entry));
    if (entry.address === entry.image.picture) {
      const text = gap ? `${renderGap(gap)}: ${tell(gap, failure?.message)}` : tellWaiting(looked);
      announce(entry.address, text);
      if (gap && !failure && shopping.buysByItself(gap)) shopping.schedule(entry.address);
    }
    const last = state.state === 'stale' || state.state === 'waiting' ? state.last : undefined;
    return last ? publisher.original(entry, last, 'stale') : publisher.draft(entry, failure?.what);
  };

  const ask = () => (process.stdin.isTTY ? 'press g + enter' : 'run npx prompt-image generate');

  const tell = (gap: Gap, failure: string | undefined): string => {
    const price = priceOf([gap], [], config);
    if (failure !== undefined) return failure;
    if (config.frozen || config.missing === 'draft') return 'nothing is bought in this run.';
    if (shopping.buysByItself(gap)) return `a draft until its picture is bought (${price}).`;
    return `${ask()} to buy it (${price}). ${config.consent.how}`.trim();
  };

  const tellWaiting = ({ entry }: Looked): string => {
    const line = entry.waitsFor ? renderWaiting(entry) : entry.address;
    const all = entry.waitsFor?.length === 1 ? 'both' : 'them all';
    return config.frozen || config.missing === 'draft' ? line : `${line}: ${ask()} to buy ${all}.`;
  };

  const show = async (catalog: Catalog, address: string) => {
    const looked = await stateOf(catalog, address);
    const { entry, state } = looked;
    for (const warning of entry.warnings) warn(warning);
    const { media } = entry.image;
    if (state.state === 'ok') {
      announced.delete(address);
      if (!entry.waitsFor) warnOnce(conflictNote(entry, state.original));
      served.remember(entry.image.picture, state.original.stem);
      return { address, media, looked, published: publisher.original(entry, state.original) };
    }
    const gap = entry.waitsFor || state.state === 'waiting' ? undefined : { entry, state };
    if (config.missing !== 'error') return { address, media, looked, published: await serveGap(looked, gap) };
    throw missingImages(gap ? [gap] : [], entry.waitsFor ? [entry] : [], config);
  };

  const warnOnce = (message: string | undefined) => {
    if (message !== undefined) warn(message);
  };

  const load = async (path: string): Promise<PublishedManifest> => {
    await recover();
    const file = importedAddress(config, path);
    const catalog = open(file);
    const manifest = await catalog.images(file);
    for (const warning of manifest.warnings) warn(warning);
    warnOnce(await declarations.update(manifest));
    const images = await mapBounded(manifest.items, async (item) => {
      const [base, ...variants] = await Promise.all(publishedIn(manifest, item).map((each) => show(catalog, each)));
      if (!base) throw new RangeError('An image has a base picture');
      const named = variants.map(({ address, media, published }) => ({
        name: parseAddress(address).variant ?? '',
        media,
        published,
      }));
      return { item, base: base.published, variants: named };
    });
    await served.save();
    return publishManifest(file, manifest.isCollection, images);
  };

  return {
    load,

    named: async (id, source) => {
      const leak = await leaks.ofUrl(id, source);
      if (leak) throw leak;
      return namedFile(config, await load(parseId(id).path), id, source);
    },

    changed: (path) => {
      if (isInside(config.originalsDir, path)) {
        if (!parseName(basename(path))) return [];
        originals.refresh();
        return [...dependencies.keys()].map(pathOf);
      }
      const affected = affectedBy(path);
      for (const file of affected) shopping.unschedule(file);
      return affected.map(pathOf);
    },

    refresh: originals.refresh,
    buy: shopping.buy,

    dispose: async () => {
      stopNotes();
      await shopping.dispose();
    },
  };
}

interface Looked {
  entry: Awaited<ReturnType<Catalog['entry']>>;
  state: ImageState | WaitingState;
}
