import { createHash } from 'node:crypto';
import type { Compilation, Compiler, LoaderContext, Module, WebpackPluginInstance } from 'webpack';
import { renderFailure } from '../failure.js';
import { createPlugin, MANIFEST_ID, pathOf, resolveShortId, SHORT_ID } from '../plugin.js';
import type { BuildSession, Host, PluginOptions, Project } from '../project.js';

const NAME = 'unplugin-prompt-image';

const plugin = createPlugin((core) => {
  let project: Project;
  let session: BuildSession | undefined;
  const isOurs = (id: string) => MANIFEST_ID.test(id) && !project.isExcluded(pathOf(id));
  return [
    {
      resolveId: {
        filter: { id: SHORT_ID },
        handler: (source, importer) => resolveShortId(source, importer),
      },
      loadInclude: isOurs,
      async load(id) {
        const native = this.getNativeBuildContext?.();
        if (native?.framework !== 'webpack' || !native.loaderContext || !native.compilation || !session) {
          throw new TypeError('This is the entry for webpack; other bundlers have their own');
        }
        const { loaderContext, compilation } = native;
        // A cached module would know nothing of a changed config or a damaged original, and be missing from the receipt.
        loaderContext.cacheable(false);
        const { code } = await session.module(id, createHost(compilation, loaderContext));
        return code;
      },
      webpack(compiler) {
        compiler.hooks.beforeCompile.tapPromise(NAME, async () => {
          project = await core.open(compiler.context);
          const log = (message: string) => compiler.getInfrastructureLogger(NAME).info(message);
          session ??= project.build({ watch: compiler.watchMode, log });
        });
        compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
          const stage = compiler.webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
          compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
            if (!session) return;
            await findLeaks(compilation, session, isOurs);
            await report(compiler, compilation, session);
          });
        });
        compiler.hooks.done.tapPromise(NAME, async () => {
          session = undefined;
          await project.dispose();
        });
      },
    },
  ];
});

function createHost(compilation: Compilation, loaderContext: LoaderContext<unknown>): Host {
  return {
    emitFile: (name, content) => {
      const { assetModuleFilename = '[hash][ext]', hashDigestLength = 20 } = compilation.outputOptions;
      const contentHash = createHash('sha256').update(content).digest('hex').slice(0, hashDigestLength);
      const module = loaderContext._module;
      const pattern = assetModuleFilename as Parameters<typeof compilation.getAssetPath>[0];
      const path = compilation.getAssetPath(pattern, { filename: name, contentHash, ...(module ? { module } : {}) });
      loaderContext.emitFile(path, content, undefined, { immutable: true, contenthash: contentHash });
      return `__webpack_public_path__ + ${JSON.stringify(path)}`;
    },
    watchFile: (path) => loaderContext.addDependency(path),
    watchFolder: (path) => loaderContext.addContextDependency(path),
    importer: issuerOf(compilation, loaderContext._module),
  };
}

function issuerOf({ moduleGraph }: Compilation, module: Module | undefined): string | undefined {
  const issuer = module && moduleGraph.getIssuer(module);
  return issuer ? resourceOf(issuer) : undefined;
}

/** Path and query of a module that is a file. */
function resourceOf(module: Module): string {
  return 'resource' in module ? String(module.resource) : '';
}

/** Looks for manifests that something takes for an asset, and then in everything that is about to be written. */
async function findLeaks(
  { modules, moduleGraph, assets }: Compilation,
  session: BuildSession,
  isOurs: (id: string) => boolean,
): Promise<void> {
  const sources = Array.from(modules, resourceOf);
  for (const module of modules) {
    const id = resourceOf(module);
    if (!isOurs(id)) continue;
    const uses = [...moduleGraph.getIncomingConnections(module)].filter(
      ({ dependency }) => dependency?.category === 'url',
    );
    const users = uses.flatMap(({ originModule }) => (originModule ? [resourceOf(originModule)] : []));
    if (uses.length > 0) await session.refuse(pathOf(id), users);
  }
  const files = Object.entries(assets).map(([name, source]) => ({ name, content: () => source.source() }));
  await session.inspect(files, sources);
}

async function report(compiler: Compiler, compilation: Compilation, session: BuildSession): Promise<void> {
  const failure = session.failure();
  const { receipt, warnings } = await session.finish();
  const { WebpackError } = compiler.webpack;
  const silent = (message: string) => Object.assign(new WebpackError(message), { hideStack: true });
  if (failure) compilation.errors.push(silent(renderFailure(failure)));
  for (const warning of warnings) compilation.warnings.push(silent(warning));
  compiler.getInfrastructureLogger(NAME).info(receipt);
}

/** The plugin for webpack 5. */
const promptImage: (options?: PluginOptions) => WebpackPluginInstance = plugin.webpack;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
