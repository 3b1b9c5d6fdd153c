import { posix } from 'node:path';
import type { ViteDevServer } from 'vite';
import { isFailure } from '../../failure.js';
import { pathOf } from '../../plugin.js';
import type { DevSession, PublishedFile } from '../../project.js';
import type { Failures } from './failures.js';
import { standInFile } from './stand-in.js';

/** What the stylesheets and pages of a dev server name by URLs. */
export interface Named {
  /**
   * Begins a stylesheet or a page anew: what it named before is forgotten.
   *
   * @param source id of the module, or path of the page
   * @returns what gives the URL of the picture that is shown for a manifest's id, its query included
   */
  open: (source: string) => (id: string) => Promise<string>;
  /** Loads again what names a manifest, where its picture is another one. */
  reload: (path: string) => Promise<void>;
}

interface Use {
  id: string;
  source: string;
  /** What it was given. */
  url: string;
}

export function createNamed(
  server: ViteDevServer,
  session: DevSession,
  failures: Failures,
  urlOf: (file: PublishedFile) => string,
): Named {
  const uses = new Map<string, Use>();
  const keyOf = (source: string, id: string) => `${pathOf(source)}#${source} ${id}`.replaceAll('?', '#');

  const find = async (id: string, source: string): Promise<string> => {
    const key = keyOf(source, id);
    try {
      const file = await session.named(id, source);
      failures.clear(key);
      return urlOf(file);
    } catch (error) {
      if (!isFailure(error)) throw error;
      failures.show(key, error);
      return urlOf(standInFile(pathOf(id)));
    }
  };

  return {
    open: (source) => {
      for (const [key, use] of uses) {
        if (use.source !== source) continue;
        uses.delete(key);
        failures.clear(key);
      }
      return async (id) => {
        const url = await find(id, source);
        uses.set(keyOf(source, id), { id, source, url });
        return url;
      };
    },
    reload: async (path) => {
      const affected = [...uses.values()].filter(({ id }) => pathOf(id) === path);
      const outdated = new Set<string>();
      for (const { id, source, url } of affected) if ((await find(id, source)) !== url) outdated.add(source);
      for (const source of outdated) await reloadSource(server, source);
    },
  };
}

/** Makes pages load a stylesheet again, or themselves where it is a page or stands in one. */
async function reloadSource({ environments, config }: ViteDevServer, source: string): Promise<void> {
  const file = pathOf(source);
  if (file.endsWith('.html')) {
    environments.client.hot.send({ type: 'full-reload', path: `/${posix.relative(config.root, file)}` });
    return;
  }
  for (const environment of Object.values(environments)) {
    const module = environment.moduleGraph.getModuleById(source);
    if (!module) continue;
    if (environment === environments.client) await environment.reloadModule(module);
    else environment.moduleGraph.invalidateModule(module);
  }
}
