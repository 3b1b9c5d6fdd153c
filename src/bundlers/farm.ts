import { dirname, join } from 'node:path';
import type { Compiler, JsPlugin } from '@farmfe/core';
import { renderFailure } from '../failure.js';
import { createPlugin, FAILED_MODULE, isOurs, PlainError, pathOf, resolveShortId } from '../plugin.js';
import type { PluginOptions } from '../project.js';
import { createConsoleBuild } from './console-build.js';
import { createImportedFiles } from './imported-files.js';

/** Before Farm's own, which takes what has `?url` for an asset. */
const PRIORITY = 102;

const plugin = createPlugin((core) => {
  let root = process.cwd();
  let watch = false;
  let compiler: Pick<Compiler, 'resources'> | undefined;
  const importers = new Map<string, string>();

  const { start, finish } = createConsoleBuild(core, () => ({ root, watch }));

  const hooks: Omit<JsPlugin, 'name'> = {
    priority: PRIORITY,
    config: ({ compilation }) => ({
      // The one format of ours that is no asset to it by itself.
      compilation: { assets: { include: [...(compilation?.assets?.include ?? []), 'avif'] } },
    }),
    configResolved: (config) => {
      root = config.root ?? root;
      // The second is what its commands for development set, whatever the mode.
      watch = [config.compilation?.mode, process.env.NODE_ENV].includes('development');
    },
    resolve: {
      filters: { sources: ['\\.images?(?:\\.json)?(?:\\?.*)?$'], importers: ['.*'] },
      // Farm finds `./hero.image` by itself. Asked for that in here, it does not answer for stylesheets.
      async executor({ source, importer, kind }, context) {
        const found = importer && resolveShortId(source, join(root, dirname(importer)));
        if (!found || !context) return null;
        const { project, session } = await start();
        importers.set(pathOf(found), join(root, importer));
        if (kind !== 'cssUrl' || !isOurs(project, found)) return null;
        await session.refuse(pathOf(found), [join(root, importer)]);
        const failure = session.failure();
        if (failure) context.error(renderFailure(failure));
        return null;
      },
    },
    load: {
      filters: { resolvedPaths: ['\\.images?\\.json'] },
      async executor({ resolvedPath, query, moduleId }, context) {
        const { project, session } = await start();
        if (!context || !isOurs(project, resolvedPath)) return null;
        const id = [resolvedPath, ...(query.length > 0 ? [new URLSearchParams(query)] : [])].join('?');
        const files = createImportedFiles();
        const { code, isFailed } = await session.module(id, {
          importer: importers.get(resolvedPath),
          emitFile: files.emitFile,
          watchFile: (path) => context.addWatchFile(moduleId, path),
          watchFolder: (path) => context.addWatchFile(moduleId, path),
        });
        // Farm collects errors of modules, and asks nobody when it has all of them.
        const failure = isFailed && session.failure(id);
        if (failure) context.error(renderFailure(failure));
        if (isFailed) return { content: FAILED_MODULE, moduleType: 'js' };
        const content = await files.render(code, async (file) =>
          project.namedPath(await project.writeNamed(file.name, file.content)),
        );
        return { content, moduleType: 'js' };
      },
    },
    configureCompiler: (it) => {
      compiler = it;
    },
    // Before anything is written.
    finish: {
      async executor() {
        // Not by the hook for it, of which Farm does not survive source maps.
        const files = Object.entries(compiler?.resources() ?? {}).map(([name, bytes]) => ({
          name,
          content: () => bytes,
        }));
        const failure = await finish(files, [...importers.values()]);
        if (failure) throw new PlainError(failure);
      },
    },
  };
  return [{ farm: hooks }];
});

/** The plugin for Farm 1. */
const promptImage = plugin.farm as (options?: PluginOptions) => JsPlugin;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
