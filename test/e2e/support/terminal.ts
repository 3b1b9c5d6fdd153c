import { findOnPath } from '../../support/install.js';
import { type ProcessOptions, type Started, start } from '../../support/workspace.js';

/**
 * Starts a program on a pseudo-terminal; what is written to it is typed.
 * @throws Error where the system has no script(1), which makes the terminal
 */
export function startInTerminal(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Started> {
  if (findOnPath('script') === undefined) {
    throw new Error("The tests need script(1): install it (Debian's package is bsdutils)");
  }
  // A terminal without a size would wrap every letter.
  const words = ['sh', '-c', 'stty columns 100 rows 30; exec "$@"', 'sh', command, ...args];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // util-linux takes a command line for the shell, the BSDs take words. A shell that stayed would end by Ctrl-C, too, with a code of its own.
  const ofSystem =
    process.platform === 'linux' ? ['-qfec', `exec ${quoted}`, '/dev/null'] : ['-q', '/dev/null', ...words];
  return start('script', ofSystem, { ...options, env: { SHELL: '/bin/sh', ...options.env } });
}
