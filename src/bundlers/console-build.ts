import type { PromptImageError } from '../failure.js';
import type { PluginCore } from '../plugin.js';
import type { BuildSession, OutputFile, Project } from '../project.js';

/** A build of a bundler that has no logger for plugins and does not say when it starts. */
export interface ConsoleBuild {
  /** Opens it with the first manifest that is asked for. */
  start: () => Promise<{ project: Project; session: BuildSession }>;
  /**
   * Looks for manifests in the output, tells what became of the build on the console, and ends it: what is asked for next is of another.
   *
   * @param sources ids of its modules
   * @returns what it fails of
   */
  finish: (files: readonly OutputFile[], sources: readonly string[]) => Promise<PromptImageError | undefined>;
}

/** @param settings asked for when a build starts */
export function createConsoleBuild(core: PluginCore, settings: () => { root: string; watch: boolean }): ConsoleBuild {
  let open: ReturnType<ConsoleBuild['start']> | undefined;

  const begin = async () => {
    const { root, watch } = settings();
    const project = await core.open(root);
    return { project, session: project.build({ watch, log: console.log }) };
  };

  // Modules are asked for at once: all of them are of one session.
  const start = () => {
    open ??= begin();
    return open;
  };

  return {
    start,
    finish: async (files, sources) => {
      const { project, session } = await start();
      open = undefined;
      await session.inspect(files, sources);
      const failure = session.failure();
      const { receipt, warnings } = await session.finish();
      for (const warning of warnings) console.warn(warning);
      console.log(receipt);
      await project.dispose();
      return failure;
    },
  };
}
