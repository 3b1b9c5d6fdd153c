import { renderFailure } from '../failure.js';
import type { Context } from './context.js';

/**
 * Stores what other runs paid for and could not store, again whenever something is asked for: another process may die at any
 * time. A frozen run writes nothing. What cannot be stored is told to `warn`.
 */
export function createRecovery({ config, purchases }: Context, warn: (message: string) => void): () => Promise<void> {
  let running: Promise<void> | undefined;
  const recover = async () => {
    for (const failure of await purchases.recover()) warn(renderFailure(failure));
  };
  return async () => {
    if (config.frozen) return;
    running ??= recover().finally(() => {
      running = undefined;
    });
    return running;
  };
}
