import { type BuildOptions, type Host, startBuild } from './build.js';
import type { Context } from './context.js';

/** One module after the other, each with its own report: for tools that call a loader and never say that they are done. */
export type Modules = (id: string, host: Host) => Promise<{ code: string; warnings: string[] }>;

/** @returns a function that throws what fails a manifest */
export function startModules(context: Context, options: BuildOptions): Modules {
  // All of them together are what a budget is for; it ends with the process.
  const run = { ...context.startRun('build'), end: async () => {} };
  return async (id, host) => {
    const session = startBuild(context, options, run);
    const { code } = await session.module(id, host);
    const failure = session.failure();
    if (failure) throw failure;
    const { warnings } = await session.finish();
    return { code, warnings };
  };
}
