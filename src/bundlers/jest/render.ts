import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { renderJson } from '../../image/json-module.js';
import { type DevSession, type InlineOptions, openProject, type Project } from '../../project.js';
import type { Question } from './messages.js';

interface Opened {
  project: Project;
  session: DevSession;
  /** When the config file was changed. */
  configured: number | undefined;
}

/** One for each root: Jest may have several, and in its watch mode it lives long. */
const opened = new Map<string, Opened>();

/** JSON of what a dev server shows for a manifest; nothing is encoded but its placeholder. `undefined` where it is left to Jest. */
export async function render({ path, root, options, isModule }: Question): Promise<string | undefined> {
  const { project, session } = await open(root, options);
  if (project.isExcluded(path)) return undefined;
  session.refresh();
  const { file, imported } = await session.load(path);
  // The same on every machine, for snapshots.
  const folder = encodeURI(posix.join('/', posix.dirname(file)));
  return renderJson(await imported(({ name }) => posix.join(folder, name)), isModule);
}

async function open(root: string, options: InlineOptions): Promise<Opened> {
  const key = JSON.stringify([root, options]);
  const found = opened.get(key);
  if (found && found.configured === timeOf(found.project)) return found;
  opened.delete(key);
  await found?.session.dispose();
  await found?.project.dispose();
  const project = await openProject(root, options);
  // What is to be told of pictures, builds and dev servers tell.
  const session = project.dev({ onChange: () => {}, watch: () => {}, log: () => {} });
  const fresh = { project, session, configured: timeOf(project) };
  opened.set(key, fresh);
  return fresh;
}

function timeOf({ config: { configFile } }: Project): number | undefined {
  return configFile === undefined ? undefined : statSync(configFile, { throwIfNoEntry: false })?.mtimeMs;
}
