import type { ViteHotContext } from 'vite/types/hot.js';
import { EVENTS, type ImageUpdate, type PageReport } from '../channel.js';
import { type Fields, replaceFields } from './fields.js';
import { guardOverlay } from './overlay.js';
import { createPage } from './page.js';
import type { Shown } from './successors.js';

/** Takes the object that a manifest's module exports, and keeps it up to date from then on. */
export type Track = <T extends Fields>(name: string, version: string, image: T) => T;

interface Tracked {
  /** What the module exports. */
  object: Fields;
  /** A copy of its data, for nobody to write into. */
  shown: Shown;
}

/**
 * The browser's half. One instance serves all manifest modules of a page or a worker.
 *
 * @param hot undefined where `server.hmr` is false
 * @param observe what the framework needs to notice a change: Vue's `reactive`, or nothing
 */
export function connect(hot: ViteHotContext | undefined, observe: <T extends Fields>(image: T) => T): Track {
  if (!hot) return (_name, _version, image) => image;

  // Every address of a manifest (`?t=…`, `?url`) is a module of its own, with an object of its own.
  const images = new Map<string, { version: string; tracked: Tracked[] }>();
  const page = typeof document === 'undefined' ? undefined : createPage(document);

  // An object may have changed between its delivery and the moment from which the page is listening.
  let unreported: PageReport = {};
  function report(name: string, version: string): void {
    if (Object.keys(unreported).length === 0) setTimeout(sendReport);
    unreported[name] = version;
  }
  function sendReport(): void {
    hot?.send(EVENTS.report, unreported);
    unreported = {};
  }

  hot.on(EVENTS.update, ({ name, version, image }: ImageUpdate) => {
    const known = images.get(name);
    if (!known) return;
    known.version = version;
    const old = new Set(known.tracked.map(({ shown }) => shown));
    for (const tracked of known.tracked) {
      replaceFields(tracked.object, { ...structuredClone(image) });
      tracked.shown = image;
    }
    const shown = [...images.values()].flatMap(({ tracked }) => tracked.map((each) => each.shown));
    page?.exchange(old, image, new Set(shown));
  });
  if (page) {
    guardOverlay(hot, document, () => {
      for (const [name, { version }] of images) report(name, version);
    });
  }

  return (name, version, image) => {
    const known = images.get(name) ?? { version, tracked: [] };
    images.set(name, known);
    // Two versions at once: whichever is newer, the server has to say so.
    if (known.version !== version) known.version = '';
    const tracked = { object: observe(image), shown: structuredClone<Shown>(image) };
    known.tracked.push(tracked);
    report(name, known.version);
    return tracked.object;
  };
}
