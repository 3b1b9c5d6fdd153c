import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The absolute path of the first of these programs that is on the PATH. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Whether `installDebianPackage` may work: Debian, not a relative of it, as some of its packages are stubs elsewhere. */
export function canInstallDebianPackages(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !findOnPath('apt-get')) return false;
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** @throws Error when apt-get fails */
export async function installDebianPackage(name: string): Promise<void> {
  // Another process may be installing as well.
  const options = ['-o', 'DPkg::Lock::Timeout=300'];
  await runInstaller('apt-get', [...options, 'update']);
  await runInstaller('apt-get', [...options, 'install', '-y', '--no-install-recommends', name]);
}

/** Runs a program with all that it prints on stderr. @throws Error unless it succeeds */
export async function runInstaller(command: string, args: readonly string[]): Promise<void> {
  say(`running ${command} ${args.join(' ')}`);
  const child = spawn(command, args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed with exit code ${code}`);
}

/** One line on stderr. */
export function say(line: string): void {
  process.stderr.write(`[test setup] ${line}\n`);
}
