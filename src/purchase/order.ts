/** Something to do once others are done. */
export interface Task {
  /** Ids of tasks that come first; what is not among the tasks is there already. */
  after: readonly string[];
  run: () => Promise<void>;
}

/**
 * Runs tasks in the order of what they wait for, independent ones at once. What waits for a task that fails runs all the same:
 * it looks for itself whether it can do without.
 *
 * @param tasks by id, without cycles
 * @returns what was thrown, by id
 */
export async function runInOrder(tasks: ReadonlyMap<string, Task>): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  const running = new Map<string, Promise<void>>();
  const runOne = async (id: string, { after, run }: Task) => {
    await Promise.all(after.map(start));
    try {
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
