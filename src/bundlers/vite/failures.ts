import { join } from 'node:path';
import type { ViteDevServer } from 'vite';
import { type PromptImageError, renderFailure } from '../../failure.js';
import type { HotImages } from './hot/hot-images.js';
import { normalizePath } from './ids.js';

/** What is wrong in a dev server: told in the terminal, each once, and shown over its pages until it is mended. */
export interface Failures {
  /** @param key of what fails: a path, which may have more behind a `#` */
  show: (key: string, error: PromptImageError) => void;
  /** Tells it in the terminal alone. */
  tell: (key: string, error: PromptImageError) => void;
  clear: (key: string) => void;
}

/** @param root what places of failures start from */
export function createFailures({ config: { logger } }: ViteDevServer, hot: HotImages, root: string): Failures {
  const told = new Map<string, string>();

  const tell = (key: string, error: PromptImageError) => {
    const message = renderFailure(error);
    // A preset fails all manifests that extend it, in the same words.
    if (![...told.values()].includes(message)) logger.error(message, { timestamp: true });
    told.set(key, message);
  };

  return {
    tell,
    show: (key, error) => {
      tell(key, error);
      const { file, line, column = 1, frame } = error.place ?? {};
      hot.fail(key, {
        message: `[${error.code}] ${error.what}${error.next ? `\n\n${error.next}` : ''}`,
        id: key.replace(/#.*$/s, ''),
        ...(frame ? { frame } : {}),
        ...(file === undefined || line === undefined
          ? {}
          : { loc: { file: normalizePath(join(root, file)), line, column } }),
      });
    },
    clear: (key) => {
      told.delete(key);
      hot.clear(key);
    },
  };
}
