import { join } from 'node:path';
import { locateProject } from '../config/locate.js';
import { openGit } from '../files/git.js';
import { scanManifests } from '../files/scan.js';
import { DEFAULT_MODEL } from '../manifest/models.js';

/** How far a project is set up. */
export interface Setup {
  root: string;
  /** Absolute. */
  configFile: string | undefined;
  /** The repository's top folder. */
  top: string | undefined;
  /** Whether git ignores `.env.local`; outside of a repository nothing needs to. */
  hidesKeys: boolean;
  /** Addresses of the manifests that there are. */
  manifests: readonly string[];
  defaultModel: string;
}

/**
 * Looks at the project that `start` lies in. Not at what its config says, which may need the package that is not installed yet.
 *
 * @throws `CONFIG_INVALID`
 */
export async function readSetup(start: string, configFile?: string): Promise<Setup> {
  const location = locateProject(start, configFile === undefined ? {} : { configFile });
  const { root } = location;
  const git = await openGit(root);
  const include = ['**/*.image.json', '**/*.images.json'];
  return {
    root,
    configFile: location.configFile,
    top: git.top,
    hidesKeys: git.top === undefined || (await git.isIgnored([join(root, '.env.local')])),
    manifests: await scanManifests({ root, include, exclude: [] }),
    defaultModel: DEFAULT_MODEL,
  };
}
