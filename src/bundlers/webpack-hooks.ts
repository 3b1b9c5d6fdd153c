import type { UnpluginOptions } from 'unplugin';
import type { Compilation, Compiler, LoaderContext, Module } from 'webpack';
import { renderFailure } from '../failure.js';
import { FAILED_MODULE, isOurs, MANIFEST_ID, type PluginCore, pathOf, resolveShortId, SHORT_ID } from '../plugin.js';
import type { BuildSession, Host, Project } from '../project.js';
import { STYLESHEET, takeUrls } from './webpack-urls.js';

const NAME = 'unplugin-prompt-image';

/** Where pictures are emitted. */
export interface Place {
  /** @default `output.assetModuleFilename` */
  pattern?: string;
  /** From the output folder to the one that the public path means. @default itself */
  folder?: string;
}

/**
 * What the adapters for webpack and for Rspack, which has the same interface, are made of.
 *
 * @param framework as unplugin calls it
 */
export function createHooks(
  core: PluginCore,
  framework: 'webpack' | 'rspack',
  place: Place = {},
): Omit<UnpluginOptions, 'name'>[] {
  let project: Project;
  let session: BuildSession | undefined;
  /** Who imports a manifest: Rspack's graph does not tell while it is built. */
  const importers = new Map<string, string>();
  /** What a manifest was before it failed: what accepts its update would not accept another kind of module. */
  const codes = new Map<string, string>();
  const apply = (compiler: Compiler) => {
    const { NormalModuleReplacementPlugin } = compiler.webpack;
    new NormalModuleReplacementPlugin(SHORT_ID, (data) => {
      data.request = resolveShortId(data.request, data.context) ?? data.request;
    }).apply(compiler);
    // The last word on what a manifest is, whatever rules there are for JSON.
    compiler.options.module.rules.push({ include: (id) => isOurs(project, id), type: 'javascript/auto' });
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
    let current: Compilation | undefined;
    let told: string[] = [];
    takeUrls(compiler, NAME, () => session && current && { project, session, compilation: current });
    compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
      current = compilation;
      const stage = compiler.webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tapPromise({ name: NAME, stage }, async () => {
        if (!session) return;
        await findLeaks(compilation, session, project);
        told = await report(compiler, compilation, session, told);
      });
    });
    compiler.hooks.done.tapPromise(NAME, async () => {
      session = undefined;
      await project.dispose();
    });
  };
  return [
    {
      // After every loader of the user's: it does not matter what they make of JSON.
      enforce: 'post',
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
        const host = createHost(compilation, loaderContext, importers.get(id), place);
        const { code, isFailed } = await session.module(id, host);
        if (!isFailed) codes.set(id, code);
        return isFailed ? (codes.get(id) ?? FAILED_MODULE) : code;
      },
      webpack: apply,
      rspack: apply as unknown as NonNullable<UnpluginOptions['rspack']>,
    },
    {
      transformInclude: (id) => STYLESHEET.test(id),
      transform(code) {
        // Rspack looks at what a module names only when it makes the module: what it named may have changed, not it.
        const native = this.getNativeBuildContext?.() as NativeContext | undefined;
        if (/\.images?\b/.test(code)) native?.loaderContext?.cacheable(false);
        return undefined;
      },
    },
  ];
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
  { pattern: chosen, folder = '' }: Place,
): Host {
  // What a build for the server sets whose client emits the same files.
  const isSilent = compilation.options.module.generator.asset?.emit === false;
  return {
    emitFile: (name, content) => {
      const { assetModuleFilename = '[hash][ext]' } = compilation.outputOptions;
      const contentHash = hashOf(content, compilation);
      const module = loaderContext._module;
      const pattern = (chosen ?? assetModuleFilename) as Parameters<typeof compilation.getAssetPath>[0];
      const path = compilation.getAssetPath(pattern, {
        filename: name,
        contentHash,
        hash: contentHash,
        ...(module ? { module } : {}),
      });
      const about = { immutable: true, contenthash: contentHash };
      if (!isSilent) loaderContext.emitFile(folder + path, content, undefined, about);
      return `__webpack_public_path__ + ${JSON.stringify(path)}`;
    },
    watchFile: (path) => loaderContext.addDependency(path),
    watchFolder: (path) => loaderContext.addContextDependency(path),
    importer,
  };
}

/** As the bundler hashes what it emits, so that it stays with it when it looks at the whole output. */
function hashOf(content: Uint8Array, { compiler, outputOptions }: Compilation): string {
  const { hashFunction = 'md4', hashDigest = 'hex', hashDigestLength = 20, hashSalt } = outputOptions;
  const hash = compiler.webpack.util.createHash(hashFunction);
  if (hashSalt) hash.update(hashSalt);
  return hash.update(Buffer.from(content)).digest(hashDigest).slice(0, hashDigestLength);
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

/** @returns the warnings of this round */
async function report(
  compiler: Compiler,
  compilation: Compilation,
  session: BuildSession,
  told: readonly string[],
): Promise<string[]> {
  const failure = session.failure();
  const { receipt, warnings } = await session.finish();
  const { WebpackError } = compiler.webpack;
  const logger = compiler.getInfrastructureLogger(NAME);
  const silent = (message: string) => Object.assign(new WebpackError(message), { hideStack: true });
  if (failure) compilation.errors.push(silent(renderFailure(failure)));
  if (isTalking(compiler)) for (const warning of warnings.filter((each) => !told.includes(each))) logger.warn(warning);
  else for (const warning of warnings) compilation.warnings.push(silent(warning));
  logger.info(receipt);
  return warnings;
}

/** Whether a warning is for the terminal alone: a dev server lays what a round warns of over every page, and so each draft. */
function isTalking({ watchMode, options: { infrastructureLogging } }: Compiler): boolean {
  return watchMode && !/^(?:none|error)$/.test(infrastructureLogging.level ?? '');
}
