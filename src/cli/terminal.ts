import { once } from 'node:events';
import { styleText } from 'node:util';
import { isCI } from 'ci-info';
import { type PromptImageError, renderFailure } from '../failure.js';

/** Colours for a terminal only, and never where NO_COLOR asks for none. @param stream where the text goes */
export function styled(
  style: 'red' | 'yellow' | 'green' | 'dim' | 'bold',
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(style, text, { stream });
}

/** What went wrong, where and what to do, on stderr. */
export function printFailure(error: PromptImageError): void {
  console.error(styled('red', renderFailure(error), process.stderr));
}

/** Each once. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of new Set(warnings)) console.warn(styled('yellow', `! ${warning}`, process.stderr));
}

/** Whether somebody is there to answer; nobody is in CI, terminal or not. */
export function isInteractive(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY && !isCI);
}

/** Asks on a terminal; without one the answer is no. */
export async function confirm(question: string): Promise<boolean> {
  if (!isInteractive()) return false;
  // Loaded only here: piped, it prints escapes and waits for ever.
  const prompts = await import('@clack/prompts');
  const answer = prompts.confirm({ message: question, initialValue: false });
  // Ctrl-D: nobody will answer any more.
  const end = once(process.stdin, 'end').then(() => false);
  return (await Promise.race([answer, end])) === true;
}

/** `1 image`, `3 images` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
