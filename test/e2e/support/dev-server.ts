import type { PromptImage } from '../../../src/index.js';
import { type Started, start, type Workspace } from '../../support/workspace.js';
import { startInTerminal } from './terminal.js';

export interface DevOptions {
  env?: Record<string, string | undefined>;
  /** On a pseudo-terminal: what is written to the server is typed. @default false */
  terminal?: boolean;
  /** Where it is started, from the site's root. @default the root */
  folder?: string;
}

/** A server that has said where it is. */
export interface Server extends Started {
  /** With a slash at the end, and with the base path. */
  url: string;
}

/** A running `vite dev` of a site. */
export interface DevServer extends Server {
  /** Requests a path below `url`. */
  get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** What the browser gets for `import image from './<name>.image.json'`. @param path of the manifest, by default in `src` */
  image: (name: string, path?: string) => Promise<PromptImage>;
  /** Waits for what the server logs after `act`. */
  logs: (pattern: RegExp, act: () => unknown, timeout?: number) => Promise<RegExpExecArray>;
}

/** @param words of the command for Node @param folder from the site's root */
export async function startServer(
  site: Pick<Workspace, 'path'>,
  words: readonly string[],
  { env = {}, terminal = false, folder = '.' }: DevOptions = {},
): Promise<Server> {
  const options = { cwd: site.path(folder), env: { NO_COLOR: '1', ...env } };
  const server = await (terminal ? startInTerminal : start)(process.execPath, words, options);
  const [, url = ''] = await server.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/\S*)/);
  return { ...server, url };
}

const ADDRESS = ['--port', '0', '--host', '127.0.0.1'];

/** `vite preview` of what a site has built. */
export function startPreview(site: Pick<Workspace, 'path' | 'bin'>, options?: DevOptions): Promise<Server> {
  return startServer(site, [site.bin('vite'), 'preview', ...ADDRESS], options);
}

export async function startDev(site: Pick<Workspace, 'path' | 'bin'>, options?: DevOptions): Promise<DevServer> {
  const server = await startServer(site, [site.bin('vite'), 'dev', ...ADDRESS], options);
  const { url } = server;
  const get: DevServer['get'] = (path, headers = {}) =>
    fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(20_000) });
  return {
    ...server,
    get,
    image: async (name, path = `src/${name}.image.json`) => {
      const response = await get(`${path}?import`);
      const code = await response.text();
      const [, object] = /= track\("[^"]*", "[^"]*", (\{.*\}), "object"\);/.exec(code) ?? [];
      if (object === undefined) throw new Error(`No image, but ${response.status}:\n${code}\n${server.output()}`);
      return (JSON.parse(object) as { image: PromptImage }).image;
    },
    logs: async (pattern, act, timeout = 20_000) => {
      const from = server.output().length;
      await act();
      return server.waitFor(pattern, timeout, from);
    },
  };
}
