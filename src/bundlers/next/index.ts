import { formats } from '../../image/formats.js';
import { createPlugin } from '../../plugin.js';
import type { InlineOptions } from '../../project.js';
import { createHooks } from '../webpack-hooks.js';
import { FILE_QUERY } from './query.js';

/** What is used of Next's own config; whatever else is in it stays. */
interface NextConfig {
  turbopack?: { rules?: object };
  webpack?: unknown;
}

type Webpack = (config: { plugins: unknown[] }, context: WebpackContext) => unknown;
interface WebpackContext {
  dev: boolean;
  isServer: boolean;
  nextRuntime?: string;
}

/**
 * Adds the images to a config of Next.js 16, for Turbopack and for webpack.
 *
 * @param config Next's own
 * @param options the plugin's, which have to be plain data: Turbopack hands them to another process
 */
export default function withPromptImage<C extends object>(config: C = {} as C, options: InlineOptions = {}): C {
  const { turbopack = {}, webpack } = config as NextConfig;
  return {
    ...config,
    turbopack: { ...turbopack, rules: { ...turbopackRules(options), ...turbopack.rules } },
    webpack: ((settings, context) => {
      settings.plugins.push(forWebpack(context, options));
      return typeof webpack === 'function' ? webpack(settings, context) : settings;
    }) satisfies Webpack,
  };
}

/** A manifest becomes a module; with the query of a file it becomes that file, which is published as it is. */
function turbopackRules(options: InlineOptions): Record<string, unknown> {
  const loaders = [{ loader: 'unplugin-prompt-image/turbopack-loader', options }];
  const extensions = Object.values(formats).map(({ extension }) => extension);
  const manifest = [
    { condition: { not: { query: new RegExp(`[?&]${FILE_QUERY}=`) } }, loaders, as: '*.js' },
    ...extensions.map((extension) => ({
      condition: { query: new RegExp(`[?&]${FILE_QUERY}=.*\\.${extension}$`) },
      loaders,
      as: `*.${extension}`,
    })),
  ];
  const names = ['*.image.json', '*.images.json'];
  return Object.fromEntries([
    ...names.map((name) => [name, manifest]),
    ...names.flatMap((name) => extensions.map((extension) => [`${name}.${extension}`, { type: 'asset' }])),
  ]);
}

/** Server code and pages have folders of their own, and only one of them is published. */
function forWebpack({ dev, isServer, nextRuntime }: WebpackContext, options: InlineOptions) {
  const folder = isServer ? (dev || nextRuntime === 'edge' ? '../' : '../../') : '';
  const place = { pattern: 'static/media/[name].[hash:8][ext]', folder };
  const plugin = createPlugin((core) => createHooks(core, 'webpack', place));
  return plugin.webpack(options);
}

// The second name is what `require()` gives.
export { withPromptImage as 'module.exports' };
