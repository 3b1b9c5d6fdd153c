import type { Plugin } from 'rolldown';
import { createPlugin, rolldownError } from '../plugin.js';
import type { PluginOptions } from '../project.js';
import { createHooks } from './rollup-hooks.js';

/** Its contexts lack some of what Rollup's have, none of which is used. */
const hooksOf = createHooks as unknown as (...args: Parameters<typeof createHooks>) => Omit<Plugin, 'name'>;

const plugin = createPlugin((core) => [{ rolldown: hooksOf(core, rolldownError) }]);

/** The plugin for Rolldown 1. */
const promptImage = plugin.rolldown as (options?: PluginOptions) => Plugin[];

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
