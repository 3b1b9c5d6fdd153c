import type { Purchases } from '../purchase/purchase.js';
import type { Context } from './context.js';

/** How many pieces of work that may pay for pictures go on, by whose purchases they are. */
const held = new WeakMap<Purchases, { count: number; release: () => void }>();

/**
 * Does work that may pay for pictures. Meanwhile the first Ctrl-C starts nothing more and ends the process only when what is
 * under way is stored; the second ends it at once.
 */
export async function holdInterrupts<T>({ purchases }: Context, work: () => Promise<T>): Promise<T> {
  const hold = held.get(purchases) ?? { count: 0, release: listen(purchases) };
  held.set(purchases, hold);
  hold.count += 1;
  try {
    return await work();
  } finally {
    hold.count -= 1;
    if (hold.count === 0) {
      held.delete(purchases);
      hold.release();
    }
  }
}

/** One listener, however many images a build buys at once. */
function listen(purchases: Purchases): () => void {
  let interrupted = false;
  const onInterrupt = () => {
    if (interrupted) process.exit(130);
    interrupted = true;
    process.stderr.write('\nStopping: what is under way is still stored. Press Ctrl-C again to end now.\n');
    purchases.stop().finally(() => {
      process.off('SIGINT', onInterrupt);
      process.kill(process.pid, 'SIGINT');
    });
  };
  process.on('SIGINT', onInterrupt);
  return () => {
    if (!interrupted) process.off('SIGINT', onInterrupt);
  };
}
