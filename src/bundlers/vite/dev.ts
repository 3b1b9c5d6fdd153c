import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import type { ViteDevServer } from 'vite';
import { isFailure, renderFailure } from '../../failure.js';
import type { Imported } from '../../image/imported.js';
import { pathOf } from '../../plugin.js';
import type { Project, PublishedFile } from '../../project.js';
import { createFailures } from './failures.js';
import { nameOf, PREFIX, requestedManifest, serve } from './files.js';
import { createHotImages, type HotImages } from './hot/hot-images.js';
import { normalizePath } from './ids.js';
import { createNamed, type Named } from './named.js';
import { standInFile, standInFor } from './stand-in.js';
import { untilWritten } from './written.js';

/** A dev server's images: their modules, their files and their updates. */
export interface ViteDev {
  hot: HotImages;
  /** Source of a manifest's module. */
  render: (id: string, environment: 'client' | 'server') => Promise<string>;
  /** Begins a stylesheet or a page. @returns what gives the URL for a manifest that it names */
  named: Named['open'];
  /** A file changed: shows what follows from it. */
  changed: (path: string) => Promise<void>;
  /** The terminal's key: prints what is missing with its price, then buys it. */
  buy: () => Promise<void>;
  dispose: () => Promise<void>;
}

/** @param files what is served, by name: of all servers, since pages that one has rendered may ask another */
export function createViteDev(server: ViteDevServer, project: Project, files: Map<string, PublishedFile>): ViteDev {
  const { logger, base } = server.config;
  // A backend may have the pages, and pictures another origin than theirs.
  const prefix = `${server.config.server.origin ?? ''}${base}${PREFIX}`;
  const hot = createHotImages(server);
  const shown = new Map<string, Imported>();
  const delivered = new Map<string, string>();
  const failures = createFailures(server, hot, project.config.root);
  const updates = new Map<string, Promise<void>>();

  const session = project.dev({
    log: (level, message) => logger[level](message, { timestamp: true }),
    watch: (path) => void server.watcher.add(path),
    // Vite's paths have forward slashes on every system, the project's those of the system.
    onChange: (paths) => void paths.map((path) => enqueueUpdate(normalizePath(path))),
  });
  const report = (error: unknown) =>
    logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));

  /** What to show now: the pictures, else what was shown last, else a stand-in beside the failure. */
  const load = async (path: string): Promise<Imported> => {
    try {
      const published = await session.load(path);
      const imported = await published.imported(urlOf);
      failures.clear(path);
      shown.set(path, imported);
      return imported;
    } catch (error) {
      if (!isFailure(error)) throw error;
      failures.show(path, error);
      return shown.get(path) ?? standInFor(path, urlOf(standInFile(path)));
    }
  };

  /** The files of each address have URLs of their own, even where two show the same picture: updates go by URL. */
  const urlOf = (file: PublishedFile): string => {
    const tag = createHash('sha256').update(`${file.address} ${file.id}`).digest('hex').slice(0, 16);
    const name = file.name.replace(/(\.\w+)$/, `.${tag}$1`);
    files.set(name, file);
    return `${prefix}${name}`;
  };

  const named = createNamed(server, session, failures, urlOf);

  /** Several changes at once make several updates, of which one finds something new. */
  const update = async (path: string): Promise<void> => {
    await named.reload(path);
    const imported = await load(path);
    const version = JSON.stringify(imported);
    if (delivered.get(path) === version) return;
    delivered.set(path, version);
    await hot.swap(path, imported);
  };

  /** One after the other, so that what was found first is not shown last. */
  const enqueueUpdate = (path: string): Promise<void> => {
    const turn = (updates.get(path) ?? Promise.resolve()).then(() => update(path)).catch(report);
    updates.set(path, turn);
    return turn;
  };

  /** A manifest that a page asks for as itself: it is not published, so it is not served either. */
  const refuse = async (path: string, response: ServerResponse): Promise<void> => {
    const modules = server.environments.client.moduleGraph.fileToModulesMap.keys();
    const leak = await project.leaks.ofUse(path, [...modules, join(server.config.root, 'index.html')], 'a build');
    failures.tell(path, leak);
    response.statusCode = 403;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(renderFailure(leak));
  };

  server.middlewares.use((request, response, next) => {
    const manifest = requestedManifest(request, server.config);
    if (manifest !== undefined && !project.isExcluded(manifest)) {
      refuse(manifest, response).catch(next);
      return;
    }
    const name = nameOf(request, base);
    const file = name === undefined ? undefined : files.get(name);
    if (!file) return next();
    serve(file, request, response).catch((error: unknown) => {
      if (!isFailure(error)) return next(error);
      response.statusCode = 500;
      response.end(renderFailure(error));
    });
  });

  return {
    hot,
    render: async (id, environment) => {
      const path = pathOf(id);
      const imported = await load(path);
      // Of the first one only: pages that have an older one are still to get an update.
      if (!delivered.has(path)) delivered.set(path, JSON.stringify(imported));
      return hot.render(id, imported, environment);
    },
    named: named.open,
    changed: async (path) => {
      const affected = session.changed(normalize(path));
      if (affected.length === 0) return;
      await untilWritten(path);
      await Promise.all(affected.map((each) => enqueueUpdate(normalizePath(each))));
    },
    buy: session.buy,
    dispose: async () => {
      await session.dispose();
      await project.dispose();
    },
  };
}
