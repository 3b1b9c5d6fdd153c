import type { ResolvedConfig } from 'vite';
import type { Project } from '../../project.js';
import type { ViteBuild } from './build.js';
import type { ViteDev } from './dev.js';

/** What the plugin does for one config. */
export interface Run {
  project: Project;
  build?: ViteBuild;
  dev?: ViteDev;
}

/** One of each config: frameworks build while a server of theirs goes on, with the same plugin. */
export interface Runs {
  start: (config: ResolvedConfig, run: Run) => void;
  /** The latest one for a config that nothing was started for: workers have their own, made of that of their build. */
  of: (config?: ResolvedConfig) => Run;
}

export function createRuns(): Runs {
  const runs = new WeakMap<ResolvedConfig, Run>();
  let latest: Run | undefined;
  return {
    start: (config, run) => {
      latest = run;
      runs.set(config, run);
    },
    of: (config) => {
      const run = (config && runs.get(config)) ?? latest;
      if (!run) throw new RangeError('Vite resolves its config before it does anything');
      return run;
    },
  };
}
