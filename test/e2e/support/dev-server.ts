import type { PromptImage } from '../../../src/index.js';
import { type Started, start } from '../../support/workspace.js';
import type { Site } from './site.js';
import { startInTerminal } from './terminal.js';

export interface DevOptions {
  env?: Record<string, string | undefined>;
  /** On a pseudo-terminal: what is written to the server is typed. @default false */
  terminal?: boolean;
}

/** A running `vite dev` of a site. */
export interface DevServer extends Started {
  /** With a slash at the end, and with the base path. */
  url: string;
  /** Requests a path below `url`. */
  get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** What the browser gets for `import image from './<name>.image.json'`. */
  image: (name: string) => Promise<PromptImage>;
  /** Waits for what the server logs after `act`. */
  logs: (pattern: RegExp, act: () => unknown, timeout?: number) => Promise<RegExpExecArray>;
}

export async function startDev(site: Site, { env = {}, terminal = false }: DevOptions = {}): Promise<DevServer> {
  const words = [site.bin('vite'), 'dev', '--port', '0', '--host', '127.0.0.1'] as const;
  const options = { cwd: site.root, env: { NO_COLOR: '1', ...env } };
  const server = await (terminal ? startInTerminal : start)(process.execPath, words, options);
  const [, url = ''] = await server.waitFor(/(http:\/\/127\.0\.0\.1:\d+\/\S*)/);
  const get: DevServer['get'] = (path, headers = {}) =>
    fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(20_000) });
  return {
    ...server,
    url,
    get,
    image: async (name) => {
      const response = await get(`src/${name}.image.json?import`);
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
