import type { Plugin } from 'rollup';
import type { PromptImageError } from '../failure.js';
import { isOurs, lengthenId, MANIFEST_ID, type PluginCore, SHORT_ID } from '../plugin.js';
import type { BuildSession, Project } from '../project.js';
import { outputFiles } from './output.js';

/**
 * The hooks for Rollup and for Rolldown, which has the same ones. `load` gives an empty JSON document and `transform`, after
 * every other plugin, the module: so it does not matter whether a JSON plugin stands beside it.
 *
 * @param errorOf a failure as this bundler prints it best
 */
export function createHooks(core: PluginCore, errorOf: (failure: PromptImageError) => Error) {
  let project: Project;
  let session: BuildSession | undefined;
  /** Of manifests imported with a query, who did so: modules do not know it yet when they are loaded. */
  const importers = new Map<string, string>();
  return {
    async buildStart() {
      project = await core.open(process.cwd());
      session = project.build({ watch: this.meta.watchMode, log: (message) => this.info(message) });
    },
    resolveId: {
      order: 'pre',
      async handler(source, importer) {
        if (!SHORT_ID.test(source) && !(MANIFEST_ID.test(source) && source.includes('?'))) return null;
        // Rollup takes a query for a part of the file's name.
        const [path = source, query] = lengthenId(source).split('?');
        const resolved = await this.resolve(path, importer, { skipSelf: true });
        if (!resolved || !query) return resolved;
        const id = `${resolved.id}?${query}`;
        if (importer) importers.set(id, importer);
        return { ...resolved, id };
      },
    },
    load(id) {
      return isOurs(project, id) ? '{}' : null;
    },
    transform: {
      order: 'post',
      async handler(_, id) {
        if (!session || !isOurs(project, id)) return null;
        const { code, isFailed } = await session.module(id, {
          importer: importers.get(id),
          emitFile: (name, source) => `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name, source })}`,
          watchFile: (file) => this.addWatchFile(file),
          watchFolder: (folder) => this.addWatchFile(folder),
        });
        // The first of the two is for Rollup, the other for Rolldown, which goes by the file's name.
        const kind = { syntheticNamedExports: isFailed, moduleType: 'js' };
        return { code, map: { mappings: '' }, ...kind };
      },
    },
    // Taken from the cache of a watching build it would be missing from the receipt, and its failures from the report.
    shouldTransformCachedModule({ id }) {
      return isOurs(project, id);
    },
    async buildEnd(error) {
      // Called, too, where the project could not be opened.
      if (!session) return;
      await project.dispose();
      if (error) return;
      const { receipt, warnings } = await session.finish();
      for (const warning of warnings) this.warn(warning);
      // Also where something failed: what was bought before was paid for all the same.
      this.info(receipt);
      const failure = session.failure();
      if (failure) this.error(errorOf(failure));
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        await session?.inspect(outputFiles(bundle, process.cwd()), [...this.getModuleIds()]);
        const failure = session?.failure();
        if (failure) this.error(errorOf(failure));
      },
    },
  } satisfies Omit<Plugin, 'name'>;
}
