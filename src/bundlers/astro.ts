import type { PluginOptions } from '../project.js';
import vite from './vite/index.js';

/** What is used of Astro's own interface: it is the same in 5, 6 and 7, each of which has another Vite. */
export interface Integration {
  name: string;
  hooks: {
    'astro:config:setup': (astro: { updateConfig: (config: { vite: { plugins: never[] } }) => unknown }) => void;
    'astro:config:done': (astro: { injectTypes: (file: { filename: string; content: string }) => unknown }) => void;
  };
}

/** The integration for Astro: Vite's plugin, and the types of `./hero.image`. */
export default function promptImage(options?: PluginOptions): Integration {
  return {
    name: 'unplugin-prompt-image',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({ vite: { plugins: vite(options) as never[] } });
      },
      'astro:config:done': ({ injectTypes }) => {
        injectTypes({ filename: 'types.d.ts', content: '/// <reference types="unplugin-prompt-image/client" />\n' });
      },
    },
  };
}
