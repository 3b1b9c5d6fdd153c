import type { PromptImageError } from '../failure.js';

/** What a process knows of its purchases into one folder, however many projects it opens there. */
export interface PurchaseMemory {
  /** Models of the calls so far: each counts from before it is made, because refusals and cut connections may have been billed. */
  spent: string[];
  /** Why a picture is not asked for again until a person asks, by the first digits of its key. */
  failures: Map<string, PromptImageError>;
}

const memories = new Map<string, PurchaseMemory>();

/**
 * A restarted dev server, a build of several compilers and the API all ask here: what the model refused one of them is not
 * asked for by another, and the budget is one.
 */
export function memoryOf(originalsFolder: string): PurchaseMemory {
  const memory = memories.get(originalsFolder) ?? { spent: [], failures: new Map() };
  memories.set(originalsFolder, memory);
  return memory;
}
