import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests load the package as its users do, from dist: built once before they start. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['node_modules/tsup/dist/cli-default.js', '--no-dts', '--silent'], { cwd: root, stdio: 'inherit' });
}
