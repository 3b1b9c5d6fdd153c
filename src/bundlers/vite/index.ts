import type { Environment, Plugin, ViteBuilder } from 'vite';
import { createPlugin, isOurs, lengthenId, MANIFEST_ID, PlainError, SHORT_ID } from '../../plugin.js';
import type { PluginOptions, PublishedFile } from '../../project.js';
import { createViteBuild } from './build.js';
import { keepApart } from './dependencies.js';
import { createViteDev } from './dev.js';
import { refusePublic } from './public.js';
import { createRuns } from './runs.js';
import { createUrls } from './urls.js';

/**
 * `load` gives an empty JSON document and `transform`, after every other plugin, the module: JavaScript straight from `load`
 * would not get past Vite's own JSON plugin.
 */
const plugin = createPlugin((core) => {
  const runs = createRuns();
  const runOf = ({ environment }: { environment: Environment }) => runs.of(environment.getTopLevelConfig());
  const files = new Map<string, PublishedFile>();
  /** Of manifests imported with a query, who did so: modules do not know it yet when they are loaded. */
  const importers = new Map<string, string>();

  /** What makes an image of a manifest, for pages and for workers. */
  const modules = {
    resolveId: {
      order: 'pre',
      async handler(source, importer) {
        const own = runOf(this).dev?.hot.modules.resolveId(source);
        if (own || !(SHORT_ID.test(source) || (MANIFEST_ID.test(source) && source.includes('?')))) return own;
        const resolved = await this.resolve(lengthenId(source), importer, { skipSelf: true });
        if (resolved && importer) importers.set(resolved.id, importer);
        return resolved;
      },
    },

    load(id) {
      const { project, dev } = runOf(this);
      return isOurs(project, id) ? '{}' : dev?.hot.modules.load(id);
    },

    transform: {
      order: 'post',
      // Asked of Rolldown itself, so that other modules cost nothing.
      filter: { id: MANIFEST_ID },
      async handler(_, id) {
        const { project, build, dev } = runOf(this);
        if (!isOurs(project, id)) return null;
        const importer = importers.get(id);
        const refusal = dev && (await project.leaks.ofImport(id, importer));
        if (refusal) this.error(new PlainError(refusal));
        if (dev) return renderedModule(await dev.render(id, this.environment.config.consumer));
        if (!build) return null;
        const { code, isFailed } = await build.transform(this, id, importer);
        return { ...renderedModule(code), ...(isFailed ? NAMES_UNKNOWN : {}) };
      },
    },
  } satisfies Omit<Plugin, 'name'>;

  /** Vite builds workers with plugins of their own. */
  const worker: Plugin = {
    ...modules,
    name: 'unplugin-prompt-image:worker',
    enforce: 'pre',
    generateBundle: {
      order: 'post',
      handler: async function (_, bundle) {
        await runOf(this).build?.inspect(this, bundle);
      },
    },
  };

  const vite: Plugin = {
    ...modules,
    name: 'unplugin-prompt-image',
    // One instance for all environments of a build: one purchase, one receipt.
    sharedDuringBuild: true,

    config() {
      // Vite 6, which Astro 5 brings, calls it without a context.
      const { meta = {} } = (this ?? {}) as { meta?: object };
      const bundler = 'rolldownVersion' in meta ? 'rolldown' : 'esbuild';
      return {
        worker: { plugins: () => [worker] },
        optimizeDeps: keepApart((id) => isOurs(runs.of().project, id), bundler),
      };
    },

    async configResolved(config) {
      const isBuild = config.command === 'build';
      const project = await (isBuild ? core.open : core.reopen)(config.root);
      await refusePublic(config, project);
      runs.start(config, { project, ...(isBuild ? { build: createViteBuild(config, project) } : {}) });
    },

    configureServer(server) {
      const { project } = runs.of(server.config);
      const dev = createViteDev(server, project, files);
      runs.start(server.config, { project, dev });
      const report = (error: unknown) => server.config.logger.error(String(error));
      // Not awaited: until an action is over, Vite takes no other key, not even the one that quits.
      const buy = () => void dev.buy().catch(report);
      const { configFile, originalsDir } = project.config;
      server.watcher.add([originalsDir, ...(configFile ? [configFile] : [])]);
      server.watcher.on('all', (_, path) => {
        if (path === configFile) server.restart().catch(report);
        else if (!MANIFEST_ID.test(path)) dev.changed(path).catch(report);
      });
      server.bindCLIShortcuts({ customShortcuts: [{ key: 'g', description: 'buy missing images', action: buy }] });
    },

    // Of Rollup in Vite 7, whose watching builds would take the module from a cache; Vite 8 has none, and no type for it.
    ...{ shouldTransformCachedModule: ({ id }: { id: string }) => MANIFEST_ID.test(id) },

    hotUpdate: {
      order: 'pre',
      async handler({ file }) {
        const { project, dev } = runOf(this);
        if (!dev || !isOurs(project, file)) return undefined;
        if (this.environment.name === 'client') await dev.changed(file);
        // Handled: Vite's own update would reload the page.
        return [];
      },
    },

    buildStart() {
      runOf(this).build?.start();
    },

    async buildEnd(error) {
      const { build } = runOf(this);
      if (error) build?.abandon();
      else await build?.check(this);
    },

    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const { build } = runOf(this);
        await build?.inspect(this, bundle);
        await build?.check(this);
      },
    },

    async writeBundle() {
      await runOf(this).build?.afterOutput();
    },

    async closeWatcher() {
      await runOf(this).build?.afterWatch();
    },

    async closeBundle() {
      const { build, dev } = runOf(this);
      await build?.afterEnvironment();
      await dev?.dispose();
    },

    buildApp: {
      order: 'pre',
      async handler(builder) {
        const run = runs.of(builder.config);
        // Environments may have configs of their own, but the app is one build.
        for (const each of Object.values(builder.environments)) runs.start(each.getTopLevelConfig(), run);
        run.build?.beforeApp(builder);
      },
    },
  };

  /** A second plugin, because one cannot be called both before and after an app is built. */
  const end: Plugin = {
    name: 'unplugin-prompt-image:end',
    sharedDuringBuild: true,
    buildApp: {
      order: 'post',
      async handler(builder: ViteBuilder) {
        await runs.of(builder.config).build?.afterApp(builder);
      },
    },
  };
  return [{ vite }, { vite: { name: 'unplugin-prompt-image:urls', ...createUrls(runs) } }, { vite: end }];
});

function renderedModule(code: string) {
  return { code, map: { mappings: '' as const }, moduleType: 'js' as const };
}

/** For Rollup in Vite 7, which would name what a broken collection does not export, instead of what is wrong with it. */
const NAMES_UNKNOWN = { syntheticNamedExports: true };

/** The plugin for Vite 7 and 8. */
const promptImage = plugin.vite as (options?: PluginOptions) => Plugin[];

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
