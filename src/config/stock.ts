import { join, resolve } from 'node:path';
import { isKeyed, type Provider } from '../providers/provider.js';

/**
 * Folder of what this user bought, in all checkouts: what one of them loses is not bought again. Only of providers that
 * cost money and are asked at their own address: what another address gives under the same name is another's.
 *
 * `PROMPT_IMAGE_STOCK` in the environment names another folder; `0`, `off` or nothing at all: there is none.
 *
 * @param env of the process
 */
export async function stockFolder(
  provider: Provider,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (provider.free || !isKeyed(provider) || !provider.isDefaultEndpoint) return undefined;
  const choice = env.PROMPT_IMAGE_STOCK;
  if (choice !== undefined) return ['', '0', 'off', 'false'].includes(choice.trim()) ? undefined : resolve(choice);
  // Only where something is missing; most builds have everything.
  const { default: envPaths } = await import('env-paths');
  return join(envPaths('prompt-image', { suffix: '' }).data, 'stock');
}
