import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { styleText } from 'node:util';
import type { ErrorPayload, ViteDevServer } from 'vite';
import { renderModule } from '../../../image/module.js';
import type { PromptImage } from '../../../image/object.js';
import { EVENTS, OVERLAY_PLUGIN, type PageReport } from './channel.js';
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
   * Source of a manifest's module. In the browser its default export is an object that later swaps write into; on a
   * server plain data. With `?url` in the id it is `src` alone.
   *
   * Ask for `image` and render it without anything awaited in between: a page that loads what is out of date by then
   * is corrected only if a {@link HotImages.swap} comes after.
   *
   * @param id absolute path of the manifest, its query included
   * @param image URLs in it must differ from those of every other manifest: the page exchanges them wherever they stand
   */
  render(id: string, image: PromptImage, environment: 'client' | 'server'): string;
  /**
   * A manifest has a new object: every page gets it without a reload, server environments with their next request.
   * Resolves when the update is sent; swaps reach the pages in the order of their calls.
   */
  swap(id: string, image: PromptImage): Promise<void>;
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
  const images = new Map<string, { file: string; version: string; image: PromptImage }>();
  const failures = new Map<string, ErrorPayload['err']>();

  const fileOf = (id: string) => id.replace(/\?.*$/, '');
  const nameOf = (id: string) => posix.relative(config.root, fileOf(id));

  function remember(id: string, image: PromptImage) {
    const name = nameOf(id);
    const known = { name, file: fileOf(id), version: versionOf(image), image };
    images.set(name, known);
    return known;
  }

  async function answer(report: PageReport, page: Channel) {
    const outdated = Object.entries(report).flatMap(([name, version]) => {
      const known = images.get(name);
      return known && known.version !== version ? [{ name, ...known }] : [];
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
    render(id, image, environment) {
      const isUrl = /[?&]url(?:[&=]|$)/.test(id);
      if (environment === 'server') return renderModule({ kind: 'image', image }, isUrl ? 'url' : 'object');
      const { name, version } = remember(id, image);
      const tracked = isUrl ? { src: image.src } : image;
      const args = [name, version, tracked].map((arg) => JSON.stringify(arg)).join(', ');
      return [
        `import { track } from ${JSON.stringify(trackUrl(config.base))};`,
        `export default track(${args})${isUrl ? '.src' : ''};`,
        '',
      ].join('\n');
    },
    async swap(id, image) {
      const { file, ...update } = remember(id, image);
      const graphs = Object.values(server.environments).map(({ moduleGraph }) => moduleGraph);
      if (graphs.some((graph) => graph.getModulesByFile(file)?.size)) {
        const message = styleText('green', 'image update ') + styleText('dim', shown(update.name));
        config.logger.info(message, { timestamp: true });
      }
      await publish(server, file, update, hot);
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

function versionOf(image: PromptImage): string {
  return createHash('sha256').update(JSON.stringify(image)).digest('base64url').slice(0, 12);
}

/** A module's path as Vite prints it. */
function shown(name: string): string {
  return name.startsWith('../') ? name : `/${name}`;
}
