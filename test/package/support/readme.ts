import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The block of a README that is a file of this name, as a reader copies it: named in a line above, or in its first comment.
 * @param folder the package's
 */
export function fileInReadme(folder: string, name: string): string {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/(?:^`(\S+)`\n\n)?^```\w+\n(?:\/\/ (\S+)\n)?(.*?)^```$/gms)];
  const [, , , content] = blocks.find(([, above, comment]) => above === name || comment === name) ?? [];
  if (content === undefined) throw new RangeError(`The README shows no ${name}`);
  return content;
}
