import type { WebpackPluginInstance } from 'webpack';
import { createPlugin } from '../plugin.js';
import type { PluginOptions } from '../project.js';
import { createHooks } from './webpack-hooks.js';

const plugin = createPlugin((core) => createHooks(core, 'webpack'));

/** The plugin for webpack 5. */
const promptImage: (options?: PluginOptions) => WebpackPluginInstance = plugin.webpack;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
