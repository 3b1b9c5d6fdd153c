import type { ViteHotContext } from 'vite/types/hot.js';
import type { Exported } from '../../../../image/imported.js';
import { type Delivered, EVENTS, type ImportUpdate, type PageReport } from '../channel.js';
import { guardOverlay } from './overlay.js';
import { createPage } from './page.js';
import { picturesOf } from './pictures.js';
import { createTracked, type Exports, type Observe, type Tracked } from './tracked.js';

/** Makes a manifest module's exports of its data, and keeps them up to date from then on. */
export type Track = (name: string, version: string, delivered: Delivered, exported: Exported) => Exports;

/**
 * The browser's half. One instance serves all manifest modules of a page or a worker.
 *
 * @param hot undefined where `server.hmr` is false
 */
export function connect(hot: ViteHotContext | undefined, observe: Observe): Track {
  if (!hot) return (_name, _version, delivered, exported) => createTracked(delivered, exported, (it) => it).exports;

  // Every address of a manifest (`?t=…`, `?url`) is a module of its own, with objects of its own.
  const manifests = new Map<string, { version: string; tracked: Tracked[] }>();
  const page = typeof document === 'undefined' ? undefined : createPage(document);

  // An object may have changed between its delivery and the moment from which the page is listening.
  let unreported: PageReport = {};
  function report(name: string, version: string): void {
    if (Object.keys(unreported).length === 0) setTimeout(sendReport);
    unreported[name] = version;
  }
  async function sendReport(): Promise<void> {
    // The answer may be an update. React's plugin, up to its fifth version, has a component accept those only when it has
    // imported the component once more; an import that is asked for after all of those is there after them. Vitest, which
    // has documents too, imports in another way.
    if (page && import.meta.url.startsWith('http')) await import(/* @vite-ignore */ import.meta.url);
    hot?.send(EVENTS.report, unreported);
    unreported = {};
  }

  hot.on(EVENTS.update, ({ name, version, imported }: ImportUpdate) => {
    const known = manifests.get(name);
    if (!known) return;
    known.version = version;
    const old = new Set(known.tracked.map(({ shown }) => shown));
    // What is gone stays, so that what comes back under its name takes its place.
    const next = new Map([...[...old].flatMap((pictures) => [...pictures]), ...picturesOf(imported)]);
    for (const tracked of known.tracked) {
      tracked.replace(imported);
      tracked.shown = next;
    }
    const shown = new Set([...manifests.values()].flatMap(({ tracked }) => tracked.map((each) => each.shown)));
    page?.exchange(old, next, shown);
  });
  if (page) {
    guardOverlay(hot, document, () => {
      for (const [name, { version }] of manifests) report(name, version);
    });
  }

  return (name, version, delivered, exported) => {
    const known = manifests.get(name) ?? { version, tracked: [] };
    manifests.set(name, known);
    // Two versions at once: whichever is newer, the server has to say so.
    if (known.version !== version) known.version = '';
    const tracked = createTracked(delivered, exported, observe);
    known.tracked.push(tracked);
    report(name, known.version);
    return tracked.exports;
  };
}
