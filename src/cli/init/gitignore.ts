import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit } from './edits.js';

/** What keeps keys out of git, where it would take them. */
export function ignoreKeys(root: string): Edit {
  const path = join(root, '.gitignore');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const end = before.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === '' || before.endsWith('\n') ? '' : end;
  return {
    file: '.gitignore',
    before,
    after: `${before}${gap}.env.local${end}`,
    why: 'your key goes into .env.local, which git must not take',
  };
}
