import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { styleText } from 'node:util';
import type { ErrorPayload, ViteDevServer } from 'vite';
import type { Exported, Imported } from '../../../image/imported.js';
import { renderModule } from '../../../image/module.js';
import { EVENTS, OVERLAY_PLUGIN, type PageReport } from './channel.js';
import { exportNames, renderTracked } from './module.js';
import { type Channel, publish } from './publish.js';
import { createHotModules, type HotModules, readBuiltClient, trackUrl } from './virtual.js';

/** A failure as Vite's overlay shows it: without a stack, since the mistake is not in code. */
export interface OverlayError {
  message: string;
  /** Absolute path of the file at fault; the overlay links it to the editor. */
  id?: string;
  frame?: string;
  loc?: { file?: string; line: number; column: number };
}

/** The images that the pages of one dev server show, exchanged without reloading a page. */
export interface HotImages {
  /**
   * Source of a manifest's module. In the browser it exports objects that later swaps write into; on a server plain data.
   * With `?url` in the id it is the `src` of each alone.
   *
   * Ask for `imported` and render it without anything awaited in between: a page that loads what is out of date by then
   * is corrected only if a {@link HotImages.swap} comes after.
   *
   * @param id absolute path of the manifest, its query included
   * @param imported URLs in it must differ from those of every other picture: the page exchanges them wherever they stand
   */
  render(id: string, imported: Imported, environment: 'client' | 'server'): string;
  /**
   * A manifest is imported as something else: every page gets it without a reload, server environments with their next
   * request. Items of a collection that came or went do so in its record and its list. Only where a module imports an item
   * by its name that had not been there, and could not run for that reason, pages are reloaded.
   * Resolves when the update is sent; swaps reach the pages in the order of their calls.
   */
  swap(id: string, imported: Imported): Promise<void>;
  /** Shows an error over every page, and again over each that loads the manifest, until {@link HotImages.clear}. */
  fail(id: string, error: OverlayError): void;
  /** Takes that error away, before whatever is sent next. Other manifests' errors come back. */
  clear(id: string): void;
  /** Hooks for the modules that the rendered code imports. */
  modules: HotModules;
}

/**
 * @param readClient source of the browser's half, by default the built file
 */
export function createHotImages(server: ViteDevServer, readClient = readBuiltClient): HotImages {
  const { config } = server;
  const { hot } = server.environments.client;
  const known = new Map<string, { file: string; version: string; imported: Imported }>();
  /** What pages can have imported by name. */
  const offered = new Map<string, ReadonlySet<string>>();
  const failures = new Map<string, ErrorPayload['err']>();

  const fileOf = (id: string) => id.replace(/\?.*$/, '');
  const nameOf = (id: string) => posix.relative(config.root, fileOf(id));

  function remember(id: string, imported: Imported) {
    const name = nameOf(id);
    const update = { name, file: fileOf(id), version: versionOf(imported), imported };
    known.set(name, update);
    return update;
  }

  async function answer(report: PageReport, page: Channel) {
    const outdated = Object.entries(report).flatMap(([name, version]) => {
      const update = known.get(name);
      return update && update.version !== version ? [{ name, ...update }] : [];
    });
    for (const { file, ...update } of outdated) await publish(server, file, update, page);
    const err = Object.keys(report)
      .map((name) => failures.get(name))
      .find(Boolean);
    if (err) page.send({ type: 'error', err });
  }

  hot.on(EVENTS.report, (report: PageReport, page) => {
    answer(report, page).catch((error) => config.logger.error(String(error), { error, timestamp: true }));
  });

  return {
    render(id, imported, environment) {
      const exported: Exported = /[?&]url(?:[&=]|$)/.test(id) ? 'url' : 'object';
      if (environment === 'server') return renderModule(imported, exported);
      const { name, version } = remember(id, imported);
      // Of the first one only: pages that have an older one are still to get an update.
      if (!offered.has(name)) offered.set(name, exportNames(imported));
      return renderTracked(trackUrl(config.base), name, version, imported, exported);
    },
    async swap(id, imported) {
      const { file, ...update } = remember(id, imported);
      const names = exportNames(imported);
      const before = offered.get(update.name) ?? names;
      offered.set(update.name, names);
      const graphs = Object.values(server.environments).map(({ moduleGraph }) => moduleGraph);
      if (graphs.some((graph) => graph.getModulesByFile(file)?.size)) {
        const message = styleText('green', 'image update ') + styleText('dim', shown(update.name));
        config.logger.info(message, { timestamp: true });
      }
      const added = new Set([...names].filter((name) => !before.has(name)));
      await publish(server, file, update, hot, added);
    },
    fail(id, error) {
      const err = { ...error, stack: '', plugin: OVERLAY_PLUGIN };
      failures.set(nameOf(id), err);
      hot.send({ type: 'error', err });
    },
    clear(id) {
      if (!failures.delete(nameOf(id))) return;
      hot.send(EVENTS.clear);
      const err = [...failures.values()].at(-1);
      if (err) hot.send({ type: 'error', err });
    },
    modules: createHotModules(config, readClient),
  };
}

function versionOf(imported: Imported): string {
  return createHash('sha256').update(JSON.stringify(imported)).digest('base64url').slice(0, 12);
}

/** A module's path as Vite prints it. */
function shown(name: string): string {
  return name.startsWith('../') ? name : `/${name}`;
}
