import { rm } from 'node:fs/promises';
import type { PromptImageError } from '../failure.js';
import { createPlugin, FAILED_MODULE, isOurs, lengthenId, PlainError, type PluginCore, pathOf } from '../plugin.js';
import type { BuildSession, PluginOptions } from '../project.js';
import { createConsoleBuild } from './console-build.js';
import { createImportedFiles, keep } from './imported-files.js';

const NAME = 'unplugin-prompt-image';
/** Of manifests that are asked for with a query: a path in Bun has none. */
const QUERIED = `${NAME}-queried`;
/** Of the pictures, as modules: Bun emits and names what its own `file` loader is given. */
const FILES = `${NAME}-file`;

const plugin = createPlugin((core) => [{ bun: { setup: (build: BunBuild) => setUp(build, core) } }]);

function setUp(build: BunBuild, core: PluginCore): void {
  const importers = new Map<string, string>();
  const pictures = new Map<string, Uint8Array>();
  let told: PromptImageError | undefined;

  // Bun builds once.
  const { start, finish } = createConsoleBuild(core, () => ({
    root: build.config.root ?? process.cwd(),
    watch: false,
  }));

  /** Fails the build with all that has failed, once everything else is loaded: Bun has no place for that afterwards. */
  const fail = async (session: BuildSession, defer: () => Promise<void>): Promise<OnLoadResult> => {
    await defer();
    const failure = session.failure();
    if (failure && !told) {
      told = failure;
      throw new PlainError(failure);
    }
    return { contents: FAILED_MODULE, loader: 'js' };
  };

  build.onResolve({ filter: /\.images?(?:\.json)?(?:\?.*)?$/ }, async ({ path, importer, resolveDir, kind }) => {
    const { project, session } = await start();
    const [source = '', query] = lengthenId(path).split('?');
    const found = resolveIfExists(source, resolveDir);
    // Another file of such a name, or none: Bun says so itself.
    if (found === undefined || !isOurs(project, found)) return undefined;
    // How stylesheets and pages name files.
    if (kind === 'internal' || kind === 'url-token') await session.refuse(found, [importer]);
    const id = query === undefined ? found : `${found}?${query}`;
    importers.set(id, importer);
    return { path: id, namespace: query === undefined ? 'file' : QUERIED };
  });

  const load = async ({ path, defer }: OnLoadArgs): Promise<OnLoadResult | undefined> => {
    const { project, session } = await start();
    if (project.isExcluded(pathOf(path))) return undefined;
    const files = createImportedFiles();
    const { code } = await session.module(path, {
      importer: importers.get(path),
      emitFile: files.emitFile,
      watchFile: () => {},
      watchFolder: () => {},
    });
    if (session.failure()) return fail(session, defer);
    const contents = await files.render(code, (file) => `${FILES}:${keep(pictures, file)}`);
    return { contents, loader: 'js' };
  };
  build.onLoad({ filter: /\.images?\.json$/ }, load);
  build.onLoad({ filter: /.*/, namespace: QUERIED }, load);

  build.onResolve({ filter: new RegExp(`^${FILES}:`) }, ({ path }) => ({
    path: path.slice(FILES.length + 1),
    namespace: FILES,
  }));
  build.onLoad({ filter: /.*/, namespace: FILES }, ({ path }) => {
    const contents = pictures.get(path);
    return contents && { contents, loader: 'file' };
  });

  build.onEnd(async ({ outputs }) => {
    const contents = await Promise.all(outputs.map(async (output) => Buffer.from(await output.arrayBuffer())));
    const files = outputs.map(({ path }, index) => ({ name: path, content: () => contents[index] ?? '' }));
    const failure = await finish(files, [...importers.values()]);
    if (!failure || told) return;
    // Written before anyone is asked, where it is told a folder; elsewhere the paths are none.
    if (build.config.outdir !== undefined) await Promise.all(outputs.map(({ path }) => rm(path, { force: true })));
    throw new PlainError(failure);
  });
}

/** As Bun resolves it, `paths` of a tsconfig included. */
function resolveIfExists(source: string, folder: string): string | undefined {
  try {
    return Bun.resolveSync(source, folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What is used of Bun, whose types come with a runtime that this package need not be installed beside. */
declare const Bun: { resolveSync: (source: string, folder: string) => string };

interface BunBuild {
  config: { root?: string; outdir?: string };
  onResolve: (
    constraints: { filter: RegExp },
    callback: (args: OnResolveArgs) => MaybePromise<{ path: string; namespace: string } | undefined>,
  ) => unknown;
  onLoad: (
    constraints: { filter: RegExp; namespace?: string },
    callback: (args: OnLoadArgs) => MaybePromise<OnLoadResult | undefined>,
  ) => unknown;
  onEnd: (callback: (result: { outputs: readonly BunOutput[] }) => Promise<void>) => unknown;
}

interface OnResolveArgs {
  path: string;
  importer: string;
  resolveDir: string;
  kind: string;
}

interface OnLoadArgs {
  path: string;
  /** Resolves when every other module is loaded. */
  defer: () => Promise<void>;
}

type OnLoadResult = { contents: string; loader: 'js' } | { contents: Uint8Array; loader: 'file' };
type BunOutput = Pick<Blob, 'arrayBuffer'> & { path: string };
type MaybePromise<T> = T | Promise<T>;

/** Of Bun's `BunPlugin`. */
interface BunPlugin {
  name: string;
  setup: (build: never) => void | Promise<void>;
}

/** The plugin for `Bun.build()`. @throws ReferenceError outside of Bun */
const promptImage = plugin.bun as unknown as (options?: PluginOptions) => BunPlugin;

// The second name is what `require()` gives.
export { promptImage as default, promptImage as 'module.exports' };
