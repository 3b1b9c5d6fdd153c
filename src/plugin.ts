import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createUnplugin, type UnpluginInstance, type UnpluginOptions } from 'unplugin';
import { isFailure, type PromptImageError, renderFailure } from './failure.js';
import { MANIFEST_ID, openProject, type PluginOptions, type Project } from './project.js';

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
        throw isFailure(error) ? new PlainError(error) : error;
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

/** `./hero.image?url` → `./hero.image.json?url`; what is no short id stays. */
export function lengthenId(source: string): string {
  return source.replace(/^([^?]*\.images?)(?=\?|$)/, '$1.json');
}

/** Finds `./hero.image` from a folder, for bundlers that do not look for `.json` by themselves. */
export function resolveShortId(source: string, folder: string): string | undefined {
  if (!/^\.{0,2}\//.test(source)) return undefined;
  const id = resolve(folder, lengthenId(source));
  return existsSync(pathOf(id)) ? id : undefined;
}

/** What a URL in a stylesheet or a page may mean, in this order: there a path may start with the name of a file beside it. */
export function specifiersOf(url: string): string[] {
  const id = lengthenId(url);
  return /^[./]/.test(id) ? [id] : [`./${id}`, id];
}

/** Whether a module is a manifest that `exclude` does not leave to the bundler. */
export function isOurs(project: Project, id: string): boolean {
  return MANIFEST_ID.test(id) && !project.isExcluded(pathOf(id));
}

/**
 * What stands in a failed manifest's place where a missing export is an error: nobody knows the names that a CommonJS module
 * has, so that none is missed. The failure itself is told when the build ends.
 */
export const FAILED_MODULE = 'module.exports = {};';

/** The id without its query. */
export function pathOf(id: string): string {
  return id.replace(/\?.*$/, '');
}

/** The failure as an error that bundlers print as its message alone: a stack says nothing about a user's mistake. */
export class PlainError extends Error {
  constructor(failure: PromptImageError) {
    const message = renderFailure(failure);
    super(message);
    // Rollup prints the message, then what the stack has beyond the message's line.
    Object.assign(this, { name: '', stack: `${message}\n` });
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => message });
  }
}

/** The same for Rolldown, which puts the name before the message, and the stack behind it. */
export function rolldownError(failure: PromptImageError): Error {
  return Object.assign(new PlainError(failure), { name: failure.name, stack: '' });
}
