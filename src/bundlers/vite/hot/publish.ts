import type { DevEnvironment, EnvironmentModuleNode, HotPayload, Update, ViteDevServer } from 'vite';
import { findReach, type Reach } from './boundaries.js';
import { EVENTS, type ImportUpdate } from './channel.js';
import { findImportedNames } from './named-imports.js';

/** All pages of a server, or one of them. */
export interface Channel {
  send(payload: HotPayload): void;
  send(event: string, data?: ImportUpdate): void;
}

/**
 * Brings what a manifest is imported as to pages, and makes every environment ask for the manifest's module again.
 *
 * The objects go first and at once, so that pages see updates in the order of the calls; the modules that can be
 * loaded again follow. This is not `environment.reloadModule`, which reloads the page as soon as one chain of importers
 * ends at an entry, be it that of a page visited earlier.
 *
 * @param added names that the module exports from now on. A module that has asked for one of them did not run, nor did
 *   what imports it: that page starts again.
 */
export async function publish(
  server: ViteDevServer,
  file: string,
  update: ImportUpdate,
  pages: Channel,
  added: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { client } = server.environments;
  const environments = Object.values(server.environments);
  // A request that is being answered with the old object must not be cached.
  for (const { moduleGraph } of environments) moduleGraph.onFileChange(file);
  pages.send(EVENTS.update, update);
  const reach = await findReach(client, file);
  const timestamp = nextTimestamp();
  for (const environment of environments) {
    invalidate(environment, file, timestamp, environment === client ? reach.renewed : undefined);
  }
  if (added.size > 0 && (await findImportedNames(client, file)).some((name) => added.has(name))) {
    pages.send({ type: 'full-reload' });
    return;
  }
  const updates = renderUpdates(reach, timestamp);
  if (updates.length > 0) pages.send({ type: 'update', updates });
}

/**
 * @param renewed modules that get a new address, and with it a new instance in the page; by default all importers.
 *   Vite has no way to say so, hence the addresses of the others are put back.
 */
function invalidate(
  { moduleGraph }: DevEnvironment,
  file: string,
  timestamp: number,
  renewed?: Set<EnvironmentModuleNode>,
): void {
  const before = Array.from(moduleGraph.idToModuleMap.values(), (module) => [module, module.lastHMRTimestamp] as const);
  for (const module of moduleGraph.getModulesByFile(file) ?? []) {
    moduleGraph.invalidateModule(module, new Set(), timestamp, true);
  }
  if (!renewed) return;
  for (const [module, previous] of before) {
    if (!renewed.has(module)) module.lastHMRTimestamp = previous;
  }
}

function renderUpdates({ boundaries }: Reach, timestamp: number): Update[] {
  return boundaries.map(({ module, via }) => ({
    type: 'js-update',
    timestamp,
    path: module.url,
    acceptedPath: via.url,
    explicitImportRequired: !isScript(via.url),
    isWithinCircularImport: false,
  }));
}

/** Whether Vite serves a URL as a module without being told by `?import`; its own test, which it does not export. */
function isScript(url: string): boolean {
  return /\.(?:[jt]sx?|m[jt]s|vue|marko|svelte|astro|imba|mdx)(?:$|\?)/.test(url);
}

let latest = 0;
/** Milliseconds, never the same twice: a module's address changes with it. */
function nextTimestamp(): number {
  latest = Math.max(Date.now(), latest + 1);
  return latest;
}
