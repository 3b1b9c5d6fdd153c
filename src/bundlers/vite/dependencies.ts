import { dirname } from 'node:path';
import type { DepOptimizationOptions } from 'vite';
import { MANIFEST_ID, resolveShortId } from '../../plugin.js';

/**
 * Options by which a dev server leaves manifests out of the dependencies that it bundles beforehand, where they would be plain
 * JSON. They are then modules of their own, which say what a build says of them.
 *
 * @param bundler what the server bundles with: Rolldown since Vite 8
 */
export function keepApart(isOurs: (id: string) => boolean, bundler: 'esbuild' | 'rolldown'): DepOptimizationOptions {
  const name = 'unplugin-prompt-image:dependencies';
  const find = (source: string, folder: string) => {
    const id = resolveShortId(source, folder);
    return id !== undefined && MANIFEST_ID.test(id) && isOurs(id) ? id : undefined;
  };
  if (bundler === 'rolldown') {
    const resolveId = (source: string, importer: string | undefined) => {
      const id = importer === undefined ? undefined : find(source, dirname(importer));
      return id === undefined ? undefined : { id, external: 'absolute' as const };
    };
    return { rolldownOptions: { plugins: [{ name, resolveId }] } };
  }
  const plugin: NonNullable<NonNullable<DepOptimizationOptions['esbuildOptions']>['plugins']>[number] = {
    name,
    setup: ({ onResolve }) =>
      onResolve({ filter: /\.images?(?:\.json)?$/ }, ({ path, resolveDir }) => {
        const id = find(path, resolveDir);
        return id === undefined ? undefined : { path: id, external: true };
      }),
  };
  return { esbuildOptions: { plugins: [plugin] } };
}
