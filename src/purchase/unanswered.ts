import { PromptImageError } from '../failure.js';
import type { Intent } from './intents.js';

/** A call that may have been billed and brought nothing. */
export type Unanswered = Intent & { path: string };

/** Such calls, for one picture, before a person is asked. */
export const MOST_UNANSWERED = 2;

/** What became of it. */
export function troubleOf(intent: Unanswered): string {
  return 'trouble' in intent && intent.trouble ? intent.trouble : `asked for at ${intent.createdAt}, never answered`;
}

/** Why a picture is not asked for once more; nothing where it may be. */
export function unresolved(unanswered: readonly Unanswered[]): PromptImageError | undefined {
  if (unanswered.length < MOST_UNANSWERED) return undefined;
  const calls = unanswered.map((intent) => `  ${troubleOf(intent)}`);
  return new PromptImageError('PURCHASE_UNRESOLVED', 'it was asked for twice, and no picture came', {
    next: [
      'What became of the calls:',
      ...calls,
      'Both calls may have been billed, so it is not asked for again by itself.',
    ].join('\n'),
  });
}
