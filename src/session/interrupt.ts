import type { Context } from './context.js';

/**
 * Does work that may pay for pictures. Meanwhile the first Ctrl-C starts nothing more and ends the process only when what is
 * under way is stored; the second ends it at once.
 */
export async function holdInterrupts<T>({ purchases }: Context, work: () => Promise<T>): Promise<T> {
  let interrupted = false;
  const onInterrupt = () => {
    if (interrupted) process.exit(130);
    interrupted = true;
    process.stderr.write('\nStopping: what is under way is still stored. Press Ctrl-C again to end now.\n');
    purchases.settle().finally(() => {
      process.off('SIGINT', onInterrupt);
      process.kill(process.pid, 'SIGINT');
    });
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work();
  } finally {
    if (!interrupted) process.off('SIGINT', onInterrupt);
  }
}
