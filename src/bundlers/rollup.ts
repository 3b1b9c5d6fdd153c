import type { Plugin } from 'rollup';
import { createPlugin, PlainError } from '../plugin.js';
import type { PluginOptions } from '../project.js';
import { createHooks } from './rollup-hooks.js';

/** The plugin for Rollup 4. */
const promptImage: (options?: PluginOptions) => Plugin[] = createPlugin((core) => [
  { rollup: createHooks(core, (failure) => new PlainError(failure)) },
]).rollup;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
