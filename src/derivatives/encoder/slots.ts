import PQueue from 'p-queue';

/**
 * What goes first when threads are short: an answer someone waits for (a paid picture to be checked), then the steps that
 * others depend on, then the encoders.
 */
export type Urgency = keyof typeof priorities;
const priorities = { answer: 2, prepare: 1, encode: 0 } as const;

const queue = new PQueue({ concurrency: 1 });

/**
 * How many of sharp's operations run at once: as many as there are cores. More threads only cost memory and time (on two
 * cores, three threads instead of two: 7 % slower, 35 MB more).
 */
export const slots = {
  open: (count: number): void => {
    queue.concurrency = count;
  },
  run: <T>(urgency: Urgency, operation: () => Promise<T>): Promise<T> =>
    queue.add(operation, { priority: priorities[urgency] }),
};
