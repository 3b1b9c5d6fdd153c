import type { PromptImageError } from '../failure.js';
import { type BuildOptions, type Host, startBuild } from './build.js';
import type { Context } from './context.js';

/** One module after the other, each with its own report: for tools that call a loader and never say that they are done. */
export type Modules = (id: string, host: Host) => Promise<LoadedModule>;

export interface LoadedModule {
  code: string;
  /** To be told in either case: what was bought before a failure was paid for all the same. */
  warnings: string[];
  failure: PromptImageError | undefined;
}

export function startModules(context: Context, options: BuildOptions): Modules {
  // All of them together are what a budget is for; it ends with the process.
  const run = { ...context.startRun('build'), end: async () => {} };
  return async (id, host) => {
    const session = startBuild(context, options, run);
    const { code } = await session.module(id, host);
    return { code, warnings: await session.end(), failure: session.failure() };
  };
}
