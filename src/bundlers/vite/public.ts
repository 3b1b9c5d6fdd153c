import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedConfig } from 'vite';
import { MANIFEST_ID, PlainError } from '../../plugin.js';
import type { Project } from '../../project.js';

/**
 * Refuses manifests in the folder that Vite publishes as it is: they are copied past every hook.
 *
 * @throws an error of one message, `MANIFEST_LEAK`
 */
export async function refusePublic({ publicDir }: ResolvedConfig, project: Project): Promise<void> {
  for (const name of publicDir === '' ? [] : await listAll(publicDir)) {
    const path = join(publicDir, name);
    if (MANIFEST_ID.test(name) && !project.isExcluded(path)) throw new PlainError(project.leaks.ofFolder(path));
  }
}

async function listAll(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    // Most projects have none.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
