import type { Environment, ResolvedConfig, ViteBuilder } from 'vite';
import { PlainError, rolldownError } from '../../plugin.js';
import type { Host, Project } from '../../project.js';
import { type Bundle, outputFiles } from '../output.js';
import { libraryFailure } from './library.js';

/** What is used of a plugin's context; Rollup's and Rolldown's are different types. */
interface BuildContext {
  environment: Environment;
  emitFile: (file: { type: 'asset'; name: string; source: Uint8Array }) => string;
  addWatchFile: (path: string) => void;
  error: (error: Error) => never;
  getModuleIds: () => Iterable<string>;
}

/** A build with all of its environments. */
export interface ViteBuild {
  /** Called when an environment, or in watch mode another round, begins. */
  start: () => void;
  transform: (
    context: BuildContext,
    id: string,
    importer: string | undefined,
  ) => Promise<{ code: string; isFailed: boolean }>;
  /** @returns what Vite replaces by the URL of the picture that a stylesheet or a page names */
  url: (context: BuildContext, id: string, source: string) => Promise<string>;
  /** Looks for manifests in what is about to be written. */
  inspect: (context: BuildContext, bundle: Bundle) => Promise<void>;
  /** Something else has failed: there will be no receipt. */
  abandon: () => void;
  /** Throws what has failed so far. */
  check: (context: BuildContext) => Promise<void>;
  /** Called before the environments are built, where Vite builds an app rather than one environment. */
  beforeApp: (builder: ViteBuilder) => void;
  afterApp: (builder: ViteBuilder) => Promise<void>;
  /** Called when an output is written. */
  afterOutput: () => Promise<void>;
  /** Called when an environment is closed, which nothing waits for in watch mode: the next round may be under way. */
  afterEnvironment: () => Promise<void>;
  /** Called when nothing is watched any more. */
  afterWatch: () => Promise<void>;
}

export function createViteBuild(config: ResolvedConfig, project: Project): ViteBuild {
  const options = { watch: config.build.watch !== null, log: (message: string) => config.logger.info(message) };
  let session = project.build(options);
  let expected = 1;
  let closed = 0;
  let abandoned = false;
  /** In watch mode, the round that goes on. */
  let finished = false;

  const report = async () => {
    const { receipt, warnings } = await session.finish();
    for (const warning of warnings) config.logger.warn(warning);
    config.logger.info(receipt);
  };

  const finish = async () => {
    closed = 0;
    await report();
    session = project.build(options);
    await project.dispose();
  };

  return {
    start: () => {
      // What failed is still being reported until here.
      if (session.failure()) session = project.build(options);
      abandoned = false;
      finished = false;
    },

    abandon: () => {
      abandoned = true;
    },

    transform: (context, id, importer) => session.module(id, createHost(context, importer, JSON.stringify)),

    // One that fails is told when the build ends, and until then nothing is to be made of the manifest.
    url: async (context, id, source) => (await session.url(id, createHost(context, source, String))) ?? 'data:,',

    inspect: (context, bundle) => session.inspect(outputFiles(bundle, config.root), [...context.getModuleIds()]),

    check: async (context) => {
      const failure = session.failure();
      if (!failure) return;
      // What was bought before the failure was paid for all the same.
      await report();
      context.error(rolldownError(failure));
    },

    beforeApp: (builder) => {
      expected = Number.POSITIVE_INFINITY;
      // Rolldown wraps what a plugin throws in an error of its own, with a stack that says nothing to anyone.
      const build = builder.build.bind(builder);
      builder.build = async (environment) => {
        try {
          return await build(environment);
        } catch (error) {
          const failure = session.failure();
          // Of two failures the other one is the bundler's to tell.
          throw failure && !abandoned ? new PlainError(failure) : error;
        }
      };
    },

    afterApp: async ({ environments }) => {
      const all = Object.values(environments);
      // Nothing built yet: Vite builds every environment after the last of these hooks.
      if (all.some(({ isBuilt }) => isBuilt)) await finish();
      else expected = all.length;
    },

    afterOutput: async () => {
      if (!options.watch || finished) return;
      finished = true;
      await finish();
    },

    afterEnvironment: async () => {
      if (options.watch) return;
      if (abandoned || session.failure()) return project.dispose();
      closed += 1;
      if (closed >= expected) await finish();
    },

    // Where the last round failed.
    afterWatch: () => project.dispose(),
  };
}

/** @param render what stands for a file's URL */
function createHost(context: BuildContext, importer: string | undefined, render: (url: string) => string): Host {
  return {
    importer,
    refusal: libraryFailure(context.environment.config),
    // Vite's own name for an emitted file, which it replaces by the URL: base, renderBuiltUrl and relative bases included.
    emitFile: (name, source) => render(`__VITE_ASSET__${context.emitFile({ type: 'asset', name, source })}__`),
    watchFile: (file) => context.addWatchFile(file),
    watchFolder: (folder) => context.addWatchFile(folder),
  };
}
