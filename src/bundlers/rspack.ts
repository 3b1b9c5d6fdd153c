import type { RspackPluginInstance } from '@rspack/core';
import { createPlugin } from '../plugin.js';
import type { PluginOptions } from '../project.js';
import { createHooks } from './webpack-hooks.js';

const plugin = createPlugin((core) => createHooks(core, 'rspack'));

/** The plugin for Rspack 1 and 2. */
const promptImage: (options?: PluginOptions) => RspackPluginInstance = plugin.rspack;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
