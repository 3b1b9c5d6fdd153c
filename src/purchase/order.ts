/** Something to do once others are done. */
export interface Task {
  /** Ids of tasks that come first; what is not among the tasks is there already. */
  after: readonly string[];
  run: () => Promise<void>;
}

/**
 * Runs tasks in the order of what they wait for, independent ones at once. A task that throws keeps those that wait for it
 * from running.
 *
 * @param tasks by id, without cycles
 * @returns what was thrown, by id; of a task that never ran, what was thrown by the one that it waits for
 */
export async function runInOrder(tasks: ReadonlyMap<string, Task>): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  const running = new Map<string, Promise<void>>();
  const runOne = async (id: string, { after, run }: Task) => {
    await Promise.all(after.map(start));
    try {
      const failed = after.find((other) => failures.has(other));
      if (failed !== undefined) throw failures.get(failed);
      await run();
    } catch (error) {
      failures.set(id, error);
    }
  };
  const start = async (id: string): Promise<void> => {
    const task = tasks.get(id);
    if (!task) return;
    const begun = running.get(id) ?? runOne(id, task);
    running.set(id, begun);
    await begun;
  };
  await Promise.all([...tasks.keys()].map(start));
  return failures;
}
