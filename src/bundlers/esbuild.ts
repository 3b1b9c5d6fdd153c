import type { BuildResult, OnLoadResult, OnResolveArgs, PartialMessage, Plugin, PluginBuild } from 'esbuild';
import { renderFailure } from '../failure.js';
import { createPlugin, FAILED_MODULE, isOurs, lengthenId, PlainError, type PluginCore } from '../plugin.js';
import type { BuildSession, PluginOptions, Project } from '../project.js';
import { takeOutput } from './esbuild-output.js';
import { createImportedFiles, keep } from './imported-files.js';

const NAME = 'unplugin-prompt-image';
/** Of the pictures, as modules: esbuild emits and names what its own `file` loader is given. */
const FILES = `${NAME}-file`;
/** Of what is resolved on our behalf. */
const ASKED = Symbol(NAME);
/** From the one that says most. */
const LEVELS = ['verbose', 'debug', 'info', 'warning', 'error', 'silent'];

const plugin = createPlugin((core) => [{ esbuild: { setup: (build) => setUp(build, core) } }]);

function setUp(build: PluginBuild, core: PluginCore): void {
  // By default its API says less than its command line; a line about what was bought is more than a detail.
  const { absWorkingDir = process.cwd(), logLevel = 'info' } = build.initialOptions;
  const output = takeOutput(build);
  const log = (message: string) => {
    if (LEVELS.indexOf(logLevel) <= LEVELS.indexOf('info')) console.error(message);
  };
  /** What a build says at its end, esbuild passes on without printing it; in a build that goes on it prints it, too. */
  const print = async (kind: 'error' | 'warning', messages: PartialMessage[]) => {
    if (rounds > 1 || LEVELS.indexOf(logLevel) > LEVELS.indexOf(kind)) return;
    const color = process.stderr.isTTY && process.env.NO_COLOR === undefined;
    for (const text of await build.esbuild.formatMessages(messages, { kind, color })) process.stderr.write(text);
  };
  const importers = new Map<string, string>();
  const pictures = new Map<string, Uint8Array>();
  /** Not there where the project could not be opened. */
  let open: { project: Project; session: BuildSession } | undefined;
  let rounds = 0;

  build.onStart(async () => {
    rounds += 1;
    open = undefined;
    pictures.clear();
    importers.clear();
    try {
      const project = await core.open(absWorkingDir);
      // Nothing tells a build that goes on from one that does not, before its second round.
      open = { project, session: project.build({ watch: rounds > 1, log }) };
      return undefined;
    } catch (error) {
      if (!(error instanceof PlainError)) throw error;
      return { errors: [{ text: error.message }] };
    }
  });

  build.onResolve({ filter: /\.images?(?:\.json)?(?:\?.*)?$/ }, async (args: OnResolveArgs) => {
    if (args.pluginData === ASKED || !open) return undefined;
    const [source = '', query] = lengthenId(args.path).split('?');
    const { kind, importer, namespace, resolveDir, with: attributes } = args;
    const asked = { kind, importer, namespace, resolveDir, with: attributes, pluginData: ASKED };
    const { path, errors } = await build.resolve(source, asked);
    // Another file of such a name, or none: esbuild says so itself.
    if (errors.length > 0 || !isOurs(open.project, path)) return undefined;
    if (kind === 'url-token') {
      await open.session.refuse(path, [importer]);
      return { path: 'data:,', external: true };
    }
    const suffix = query === undefined ? '' : `?${query}`;
    importers.set(path + suffix, importer);
    return { path, suffix, namespace: 'file' };
  });

  build.onLoad({ filter: /\.images?\.json$/ }, async ({ path, suffix }): Promise<OnLoadResult | undefined> => {
    if (!open || open.project.isExcluded(path)) return undefined;
    const files = createImportedFiles();
    const [watchFiles, watchDirs] = [new Set<string>(), new Set<string>()];
    const { code, isFailed } = await open.session.module(path + suffix, {
      importer: importers.get(path + suffix),
      emitFile: files.emitFile,
      watchFile: (file) => void watchFiles.add(file),
      watchFolder: (folder) => void watchDirs.add(folder),
    });
    const contents = await files.render(isFailed ? FAILED_MODULE : code, (file) => `${FILES}:${keep(pictures, file)}`);
    return { contents, loader: 'js', watchFiles: [...watchFiles], watchDirs: [...watchDirs] };
  });

  build.onResolve({ filter: new RegExp(`^${FILES}:`) }, ({ path }) => ({
    path: path.slice(FILES.length + 1),
    namespace: FILES,
  }));
  build.onLoad({ filter: /.*/, namespace: FILES }, ({ path }) => {
    const contents = pictures.get(path);
    return contents && { contents, loader: 'file' };
  });

  build.onEnd(async (result: BuildResult) => {
    if (!open) return undefined;
    const { project, session } = open;
    await session.inspect(output.files(result), output.sources(result));
    const failure = session.failure();
    const { receipt, warnings } = await session.finish();
    if (!failure && result.errors.length === 0) await output.write(result);
    log(receipt);
    await project.dispose();
    const told = {
      warnings: warnings.map((text) => ({ text })),
      errors: failure ? [{ text: renderFailure(failure) }] : [],
    };
    await print('warning', told.warnings);
    await print('error', told.errors);
    return told;
  });
}

/** The plugin for esbuild. */
const promptImage: (options?: PluginOptions) => Plugin = plugin.esbuild;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
