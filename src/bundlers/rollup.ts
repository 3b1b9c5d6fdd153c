import type { Plugin } from 'rollup';
import { createPlugin, exportedBy, lengthenId, MANIFEST_ID, pathOf, plainError, SHORT_ID } from '../plugin.js';
import type { BuildSession, PluginOptions, Project } from '../project.js';

/**
 * `load` gives an empty JSON document and `transform`, after every other plugin, the module: so it does not matter whether a
 * JSON plugin stands beside it.
 */
const plugin = createPlugin((core) => {
  let project: Project;
  let session: BuildSession | undefined;
  return [
    {
      rollup: {
        async buildStart() {
          project = await core.open(process.cwd());
          session = project.build({ watch: this.meta.watchMode });
        },
        resolveId: {
          order: 'pre',
          async handler(source, importer) {
            const isShort = SHORT_ID.test(source);
            if (!isShort && !(MANIFEST_ID.test(source) && source.includes('?'))) return null;
            // Rollup takes a query for a part of the file's name.
            const [path = source, query] = (isShort ? lengthenId(source) : source).split('?');
            const resolved = await this.resolve(path, importer, { skipSelf: true });
            return resolved && query ? { ...resolved, id: `${resolved.id}?${query}` } : resolved;
          },
        },
        load(id) {
          return MANIFEST_ID.test(id) && !project.isExcluded(pathOf(id)) ? '{}' : null;
        },
        transform: {
          order: 'post',
          async handler(_, id) {
            if (!session || !MANIFEST_ID.test(id) || project.isExcluded(pathOf(id))) return null;
            const code = await session.module(pathOf(id), exportedBy(id), {
              emitFile: (name, source) =>
                `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name, source })}`,
              watchFile: (file) => this.addWatchFile(file),
            });
            return { code, map: { mappings: '' } };
          },
        },
        // Taken from the cache of a watching build it would be missing from the receipt, and its failures from the report.
        shouldTransformCachedModule({ id }) {
          return MANIFEST_ID.test(id) && !project.isExcluded(pathOf(id));
        },
        async buildEnd(error) {
          // Called, too, where the project could not be opened.
          if (!session) return;
          await project.dispose();
          if (error) return;
          const failure = session.failure();
          if (failure) this.error(plainError(failure));
          const { receipt, warnings } = await session.finish();
          for (const warning of warnings) this.warn(warning);
          this.info(receipt);
        },
      },
    },
  ];
});

/** The plugin for Rollup 4. */
const promptImage: (options?: PluginOptions) => Plugin[] = plugin.rollup;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
