import type { Answer } from './call.js';
import { picture } from './picture.js';

/** Which answer a call gets. The prompt's own answers go first, then the queue, then the standing answer. */
export class Script {
  #standing: Answer = picture();
  readonly #queue: Answer[] = [];
  readonly #byPrompt: { pattern: RegExp; answers: Answer[] }[] = [];

  queue(answers: readonly Answer[]): void {
    this.#queue.push(...answers);
  }

  always(answer: Answer): void {
    this.#standing = answer;
  }

  /** In turn, the last of them for good. A later rule goes before an earlier one. */
  whenPrompt(pattern: RegExp, answers: readonly [Answer, ...Answer[]]): void {
    this.#byPrompt.unshift({ pattern, answers: [...answers] });
  }

  next(prompt: string): Answer {
    const rule = this.#byPrompt.find(({ pattern }) => prompt.search(pattern) >= 0);
    if (rule) return rule.answers.length > 1 ? rule.answers.shift()! : rule.answers[0]!;
    return this.#queue.shift() ?? this.#standing;
  }
}
