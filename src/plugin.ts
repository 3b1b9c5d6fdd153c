import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createUnplugin, type UnpluginInstance, type UnpluginOptions } from 'unplugin';
import { isFailure, type PromptImageError, renderFailure } from './failure.js';
import { openProject, type PluginOptions, type Project } from './project.js';

export { MANIFEST_ID } from './project.js';

/** What the adapters share; one per plugin instance. */
export interface PluginCore {
  /** Opens the project, once for all rounds of a build. @param start the bundler's root */
  open: (start: string) => Promise<Project>;
  /** Opens it anew, with what its config says now: for dev servers, which may be restarted with the same plugin. */
  reopen: (start: string) => Promise<Project>;
}

/** Makes an unplugin of an adapter: of what a bundler does differently. */
export function createPlugin(
  adapt: (core: PluginCore) => readonly Omit<UnpluginOptions, 'name' | 'enforce'>[],
): UnpluginInstance<PluginOptions | undefined, true> {
  return createUnplugin<PluginOptions | undefined, true>((options = {}) => {
    let project: Promise<Project> | undefined;
    const open = (start: string) => {
      project ??= openProject(start, options).catch((error: unknown) => {
        throw isFailure(error) ? plainError(error) : error;
      });
      return project;
    };
    const reopen = (start: string) => {
      project = undefined;
      return open(start);
    };
    return adapt({ open, reopen }).map((plugin) => ({ name: 'unplugin-prompt-image', enforce: 'pre', ...plugin }));
  });
}

/** Matches `./hero.image`, which means `./hero.image.json`. */
export const SHORT_ID = /^[^\0?]*\.images?(?:\?.*)?$/;

/** `./hero.image?url` → `./hero.image.json?url` */
export function lengthenId(source: string): string {
  return source.replace(/(\.images?)(\?.*)?$/, '$1.json$2');
}

/** Finds `./hero.image` from a folder, for bundlers that do not look for `.json` by themselves. */
export function resolveShortId(source: string, folder: string): string | undefined {
  if (!/^\.{0,2}\//.test(source)) return undefined;
  const id = resolve(folder, lengthenId(source));
  return existsSync(pathOf(id)) ? id : undefined;
}

/** The id without its query. */
export function pathOf(id: string): string {
  return id.replace(/\?.*$/, '');
}

const plainErrors = new WeakSet<Error>();

/** The failure as an error that bundlers print as its message alone: a stack says nothing about a user's mistake. */
export function plainError(failure: PromptImageError): Error {
  const message = renderFailure(failure);
  // Rollup prints the message, then what the stack has beyond the message's line.
  const error = Object.assign(new Error(message), { name: '', stack: `${message}\n` });
  plainErrors.add(error);
  return Object.defineProperty(error, Symbol.for('nodejs.util.inspect.custom'), { value: () => message });
}

/** Whether an error is a failure that is told by its message alone. */
export function isPlainError(error: unknown): error is Error {
  return error instanceof Error && plainErrors.has(error);
}

/** The same for Rolldown, which puts the name before the message, and the stack behind it. */
export function rolldownError(failure: PromptImageError): Error {
  return Object.assign(plainError(failure), { name: failure.name, stack: '' });
}
