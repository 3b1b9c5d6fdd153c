import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkMissing, repositoryRoot, type Workspace } from './workspace.js';

/**
 * Puts the plugins for React and Vue into a workspace, as `react-plugin` and `vue-plugin`. Copies, because a plugin imports the
 * `vite` that it lies beside.
 */
export async function addFrameworks(workspace: Workspace, vite: 'vite' | 'vite7'): Promise<void> {
  const react = vite === 'vite' ? '@vitejs/plugin-react' : 'plugin-react5';
  for (const [name, source] of Object.entries({ 'react-plugin': react, 'vue-plugin': '@vitejs/plugin-vue' })) {
    const target = workspace.path('node_modules', name);
    await cp(join(repositoryRoot, 'node_modules', source), target, { recursive: true });
    const { dependencies = {} } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
    await linkMissing(workspace.path('node_modules'), Object.keys(dependencies));
  }
}
