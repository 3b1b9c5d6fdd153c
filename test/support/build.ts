import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Tests load the package as its users do, from dist: built before they start, unless it is newer than everything in src. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const sources = [`${root}/tsup.config.ts`, ...filesIn(`${root}/src`)];
  const built = !existsSync(`${root}/dist`) ? [] : filesIn(`${root}/dist`);
  const newest = Math.max(...sources.map(changedAt));
  if (built.length > 0 && Math.min(...built.map(changedAt)) > newest) return;
  const tsup = fileURLToPath(new URL('../../node_modules/tsup/dist/cli-default.js', import.meta.url));
  execFileSync(process.execPath, [tsup, '--no-dts', '--silent'], { cwd: root, stdio: 'inherit' });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
}

function changedAt(file: string): number {
  return statSync(file).mtimeMs;
}
