import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isFailure } from '../../failure.js';
import { PlainError, pathOf } from '../../plugin.js';
import { type InlineOptions, type Modules, openProject, type Project } from '../../project.js';
import { createImportedFiles } from '../imported-files.js';
import { FILE_QUERY } from './query.js';

/** What Turbopack has of webpack's interface for loaders. */
interface LoaderContext {
  resourcePath: string;
  resourceQuery: string;
  rootContext: string;
  mode: 'development' | 'production';
  getOptions: () => InlineOptions;
  async: () => (error: Error | null, result?: string | Buffer) => void;
  addDependency: (path: string) => void;
  addContextDependency: (path: string) => void;
  emitWarning: (warning: Error) => void;
}

interface Opened {
  project: Project;
  modules: Modules;
  /** When the files that decide on purchases were changed. */
  configured: string;
}

/** Of this process, one for each root. */
const opened = new Map<string, Promise<Opened>>();

/**
 * The loader for Turbopack, with the rules of `withPromptImage()`.
 *
 * Turbopack has no way to emit a file from a loader, and does not see files that are written while it builds. So a manifest's
 * module imports the manifest again, once for each file, and this loader answers with the bytes of that file.
 */
function promptImageLoader(this: LoaderContext, source: Buffer): void {
  const callback = this.async();
  load(this, source).then(
    (result) => callback(null, result),
    (error: unknown) => callback(isFailure(error) ? new PlainError(error) : (error as Error)),
  );
}

async function load(context: LoaderContext, source: Buffer): Promise<string | Buffer> {
  const { resourcePath, resourceQuery } = context;
  const it = await open(context);
  // Somebody else's JSON, of which the rules have made a script.
  if (it.project.isExcluded(resourcePath)) return `export default ${source}`;
  const file = new URLSearchParams(resourceQuery).get(FILE_QUERY);
  if (file === null) return render(context, it, resourcePath + resourceQuery);
  let bytes = await it.project.readNamed(file);
  if (!bytes) {
    // The cache was emptied, and Turbopack still knows the module.
    await render(context, it, resourcePath);
    bytes = await it.project.readNamed(file);
  }
  if (!bytes) throw new Error(`${file} is no file of this image any more: build again without .next`);
  return bytes;
}

async function render(context: LoaderContext, { project, modules }: Opened, id: string): Promise<string> {
  // Turbopack keeps what a loader gives beyond the build, errors included.
  context.addContextDependency(project.config.originalsDir);
  for (const path of filesOf(project)) context.addDependency(path);

  const files = createImportedFiles();
  const { code, warnings, failure } = await modules(id, {
    emitFile: files.emitFile,
    watchFile: (path) => context.addDependency(path),
    watchFolder: (path) => context.addContextDependency(path),
  });
  for (const warning of warnings) context.emitWarning(Object.assign(new Error(warning), { stack: '' }));
  if (failure) throw failure;
  return files.render(code, async ({ name, content }) => {
    const file = await project.writeNamed(name, content);
    return `./${basename(pathOf(id))}?${FILE_QUERY}=${file}`;
  });
}

async function open(context: LoaderContext): Promise<Opened> {
  const { rootContext, mode } = context;
  const key = `${mode} ${rootContext}`;
  const found = opened.get(key);
  // Turbopack calls again after a change of the config, in the same process.
  if (found && isCurrent(await found)) return found;
  const latest = opened.get(key);
  // Somebody else has seen the change as well, and was faster.
  if (latest && latest !== found) return latest;
  const fresh = start(rootContext, mode, context.getOptions());
  opened.set(key, fresh);
  fresh.catch(() => opened.delete(key));
  return fresh;
}

function isCurrent({ project, configured }: Opened): boolean {
  return configured === configuredAt(project);
}

/** Files of the config, with the time of their last change. */
function filesOf({ config: { configFile, root } }: Project): string[] {
  return [configFile, join(root, '.env.local')].filter((path) => path !== undefined);
}

function configuredAt(project: Project): string {
  return filesOf(project)
    .map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs)
    .join();
}

async function start(root: string, mode: LoaderContext['mode'], options: InlineOptions): Promise<Opened> {
  const project = await openProject(root, options);
  const log = (message: string) => console.log(message);
  const modules = project.modules({ watch: mode === 'development', log });
  return { project, modules, configured: configuredAt(project) };
}

// What it gives may be bytes.
const loader = Object.assign(promptImageLoader, { raw: true });

// The second name is what `require()` gives.
export { loader as default, loader as 'module.exports' };
