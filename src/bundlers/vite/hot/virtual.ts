import { readFile } from 'node:fs/promises';
import type { ResolvedConfig } from 'vite';

/** What every manifest module imports `track` from. */
const TRACK = 'virtual:prompt-image/track';
/** The browser's half, compiled. */
const CLIENT = 'virtual:prompt-image/client';

/**
 * The browser URL of the tracking module, base included: import analysis skips modules whose id ends in `.json`, so
 * what they import has to be a URL already.
 */
export function trackUrl(base: string): string {
  return `${base}@id/__x00__${TRACK}`;
}

/** The built browser half, beside this module in the package. */
export function readBuiltClient(): Promise<string> {
  return readFile(new URL('./vite-client.js', import.meta.url), 'utf8');
}

/** The modules that exist in the browser only, as a plugin's two hooks. */
export interface HotModules {
  resolveId(source: string): string | undefined;
  load(id: string): Promise<string> | string | undefined;
}

export function createHotModules(config: ResolvedConfig, readClient: () => Promise<string>): HotModules {
  const hasVue = config.plugins.some(({ name }) => name === 'vite:vue' || name === 'vite:vue-jsx');
  return {
    resolveId(source) {
      const name = source.replace(/^\0/, '');
      return name === TRACK || name === CLIENT ? `\0${name}` : undefined;
    },
    load(id) {
      if (id === `\0${TRACK}`) return renderTrack(hasVue);
      return id === `\0${CLIENT}` ? readClient() : undefined;
    },
  };
}

// Vue renders again what read a reactive object; for all others the objects stay as they are.
function renderTrack(hasVue: boolean): string {
  return [
    ...(hasVue ? ["import { reactive } from 'vue';"] : []),
    `import { connect } from '${CLIENT}';`,
    `export const track = connect(import.meta.hot, ${hasVue ? 'reactive' : '(object) => object'});`,
    '',
  ].join('\n');
}
