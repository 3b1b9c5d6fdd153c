import type { PluginOptions } from '../project.js';
import vite from './vite/index.js';

/** What is used of Nuxt's own interface, in 3 and 4. */
export interface Nuxt {
  hook: {
    (name: 'vite:extendConfig', run: (config: { plugins?: unknown[] }) => void): unknown;
    (name: 'build:manifest', run: (manifest: Record<string, { file: string; prefetch?: boolean }>) => void): unknown;
    (name: 'prepare:types', run: (types: { references: ({ types: string } | { path: string })[] }) => void): unknown;
  };
  options: { builder: unknown };
}

/** Emitted files of pictures. Pages would prefetch all of them, while a browser needs one of each picture. */
const PICTURE = /-\d+w[.-][^/]*\.(?:avif|webp|jpg|png)$/;

/**
 * The module for Nuxt 3 and 4, with Vite as its builder: Vite's plugin for client and server, and the types of `./hero.image`.
 *
 * @throws Error where Nuxt is built by webpack or Rspack
 */
export default function promptImage(options: PluginOptions | undefined, nuxt: Nuxt): void {
  const { builder } = nuxt.options;
  if (typeof builder === 'string' && !/vite/.test(builder)) {
    throw new Error(`unplugin-prompt-image/nuxt is for Nuxt on Vite, and its builder is ${builder}`);
  }
  // One for the servers of both, as pages that one renders ask the other for their pictures.
  const plugins = vite(options);
  nuxt.hook('vite:extendConfig', (config) => {
    config.plugins = [...(config.plugins ?? []), plugins];
  });
  nuxt.hook('build:manifest', (manifest) => {
    for (const asset of Object.values(manifest)) if (PICTURE.test(asset.file)) asset.prefetch = false;
  });
  nuxt.hook('prepare:types', ({ references }) => {
    references.push({ types: 'unplugin-prompt-image/client' });
  });
}
