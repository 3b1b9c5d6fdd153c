import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openCatalog } from '../catalog/catalog.js';
import { createManifestReader } from '../catalog/reader.js';
import { createStates } from '../catalog/state.js';
import type { ResolvedConfig } from '../config/config.js';
import { checkOut } from '../files/git-tree.js';
import { isInside } from '../files/references.js';
import { scanManifests } from '../files/scan.js';
import { openOriginals } from '../originals/originals.js';
import { openServed } from '../originals/served.js';
import type { Context } from '../session/context.js';

/**
 * Works with the project as it was in a commit: its manifests, references and originals, read with the config of now. Nothing
 * of it is left afterwards.
 *
 * @param ref whatever git takes for a commit
 * @throws `GIT_FAILED`
 */
export async function withPast<T>(context: Context, ref: string, work: (past: Context) => Promise<T>): Promise<T> {
  // Away from the project, where its manifests would be found among those of now.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'prompt-image-')));
  try {
    const { config } = context;
    await checkOut(config.git, ref, folder, (path) => isNeeded(config, path));
    return await work(await openPast(context, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Manifests and what they inherit may lie anywhere; pictures only where they are looked for: other projects may have many. */
function isNeeded(
  { root, originalsDir, allowReferencesFrom, git: { top = '' } }: ResolvedConfig,
  path: string,
): boolean {
  if (path.endsWith('.json')) return true;
  const folders = [root, originalsDir, ...allowReferencesFrom];
  return /\.(?:png|jpe?g|webp|avif)$/i.test(path) && folders.some((each) => isInside(each, join(top, path)));
}

/** Memories of this checkout are none of a commit's. */
async function openPast(context: Context, folder: string): Promise<Context> {
  const { root, originalsDir, allowReferencesFrom, git } = context.config;
  const { top = '' } = git;
  const moved = (path: string) => (isInside(top, path) ? join(folder, relative(top, path)) : path);
  const config = {
    ...context.config,
    root: moved(root),
    originalsDir: moved(originalsDir),
    allowReferencesFrom: allowReferencesFrom.map(moved),
  };
  // The project may be newer than the commit.
  await mkdir(config.root, { recursive: true });
  const originals = openOriginals(config.originalsDir);
  const reader = createManifestReader({ ...config, repository: folder });
  const served = openServed(config.originalsDir, true);
  return {
    ...context,
    config,
    originals,
    served,
    open: (onDependency = () => {}) => openCatalog({ ...config, reader, originals, onDependency }),
    scan: () => scanManifests(config),
    stateOf: createStates(originals, served),
  };
}
