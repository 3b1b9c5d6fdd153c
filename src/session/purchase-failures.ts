import { PromptImageError } from '../failure.js';

/** Why an image was not bought. */
export interface PurchaseFailure {
  address: string;
  error: PromptImageError;
}

/** Failed purchases as a person reads them: each with its image, and one that several images share only once. */
export function groupFailures(failures: readonly PurchaseFailure[]): PromptImageError[] {
  const groups = new Map<string, PurchaseFailure[]>();
  for (const failure of failures) {
    const { code, message } = failure.error;
    const key = `${code} ${message}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { code, what, next, place = { file: first.address } } = first.error;
    const cause = first.error;
    if (group.length === 1) return new PromptImageError(code, what, { place, next, cause });
    const addresses = group.map(({ address }) => `  ${address}`).sort();
    return new PromptImageError(code, what, { next: [...addresses, ...(next ? ['', next] : [])].join('\n'), cause });
  });
}
