import { createHash } from 'node:crypto';
import type { UnpluginOptions } from 'unplugin';
import type { Compilation, Compiler, LoaderContext, Module } from 'webpack';
import { renderFailure } from '../failure.js';
import { FAILED_MODULE, isOurs, MANIFEST_ID, type PluginCore, pathOf, resolveShortId, SHORT_ID } from '../plugin.js';
import type { BuildSession, Host, Project } from '../project.js';

const NAME = 'unplugin-prompt-image';

/** What the adapters for webpack and for Rspack, which has the same interface, are made of. */
export interface WebpackHooks extends Pick<UnpluginOptions, 'loadInclude' | 'load'> {
  apply: (compiler: Compiler) => void;
}

/** @param framework as unplugin calls it */
export function createHooks(core: PluginCore, framework: 'webpack' | 'rspack'): WebpackHooks {
  let project: Project;
  let session: BuildSession | undefined;
  /** Who imports a manifest: Rspack's graph does not tell while it is built. */
  const importers = new Map<string, string>();
  return {
    loadInclude: (id) => isOurs(project, id),
    async load(id) {
      const native = this.getNativeBuildContext?.();
      if (native?.framework !== framework || !session) {
        throw new TypeError(`This is the entry for ${framework}; other bundlers have their own`);
      }
      // Rspack's types are others than webpack's, and what is used of them is the same.
      const { loaderContext, compilation } = native as Required<NativeContext>;
      // A cached module would know nothing of a changed config or a damaged original, and be missing from the receipt.
      loaderContext.cacheable(false);
      const { code, isFailed } = await session.module(id, createHost(compilation, loaderContext, importers.get(id)));
      return isFailed ? FAILED_MODULE : code;
    },
    apply(compiler) {
      const { NormalModuleReplacementPlugin } = compiler.webpack;
      new NormalModuleReplacementPlugin(SHORT_ID, (data) => {
        data.request = resolveShortId(data.request, data.context) ?? data.request;
      }).apply(compiler);
      compiler.hooks.normalModuleFactory.tap(NAME, (factory) => {
        factory.hooks.afterResolve.tap(NAME, ({ createData: { resource }, contextInfo: { issuer } }) => {
          if (resource !== undefined && MANIFEST_ID.test(resource)) importers.set(resource, issuer);
        });
      });
      compiler.hooks.beforeCompile.tapPromise(NAME, async () => {
        project = await core.open(compiler.context);
        const log = (message: string) => compiler.getInfrastructureLogger(NAME).info(message);
        session ??= project.build({ watch: compiler.watchMode, log });
      });
      compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
        const stage = compiler.webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
        compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
          if (!session) return;
          await findLeaks(compilation, session, project);
          await report(compiler, compilation, session);
        });
      });
      compiler.hooks.done.tapPromise(NAME, async () => {
        session = undefined;
        await project.dispose();
      });
    },
  };
}

/** Where a module is loaded. */
interface NativeContext {
  loaderContext?: LoaderContext<unknown>;
  compilation?: Compilation;
}

function createHost(
  compilation: Compilation,
  loaderContext: LoaderContext<unknown>,
  importer: string | undefined,
): Host {
  return {
    emitFile: (name, content) => {
      const { assetModuleFilename = '[hash][ext]', hashDigestLength = 20 } = compilation.outputOptions;
      const contentHash = createHash('sha256').update(content).digest('hex').slice(0, hashDigestLength);
      const module = loaderContext._module;
      const pattern = assetModuleFilename as Parameters<typeof compilation.getAssetPath>[0];
      const path = compilation.getAssetPath(pattern, {
        filename: name,
        contentHash,
        hash: contentHash,
        ...(module ? { module } : {}),
      });
      loaderContext.emitFile(path, content, undefined, { immutable: true, contenthash: contentHash });
      return `__webpack_public_path__ + ${JSON.stringify(path)}`;
    },
    watchFile: (path) => loaderContext.addDependency(path),
    watchFolder: (path) => loaderContext.addContextDependency(path),
    importer,
  };
}

/** Path and query of a module that is a file. */
function resourceOf(module: Module): string {
  return 'resource' in module ? String(module.resource) : '';
}

/** Looks for manifests that something takes for an asset, and then in everything that is about to be written. */
async function findLeaks(
  { modules, moduleGraph, assets }: Compilation,
  session: BuildSession,
  project: Project,
): Promise<void> {
  const sources = Array.from(modules, resourceOf);
  for (const module of modules) {
    const id = resourceOf(module);
    if (!isOurs(project, id)) continue;
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
