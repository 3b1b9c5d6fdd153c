import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { canInstallDebianPackages, findOnPath, installDebianPackage, say } from './install.js';

const execute = promisify(execFile);
const exiftool = createRequire(import.meta.url)('exiftool-vendored.pl') as string;

/**
 * Perl with the module that reads compressed chunks: Debian's `perl-base` lacks it, and exiftool would pass over a PNG's
 * XMP with a mere warning. As root on Debian the package `perl` is installed where that is missing.
 * @returns the path of the program
 * @throws Error when that fails
 */
export async function ensurePerl(): Promise<string> {
  completePerl ??= findCompletePerl();
  if (completePerl !== undefined) return completePerl;
  if (!canInstallDebianPackages()) {
    throw new Error('The tests need perl with Compress::Zlib, for exiftool: install it with your package manager');
  }
  say("no complete perl found, installing Debian's");
  await installDebianPackage('perl');
  completePerl = findCompletePerl();
  if (completePerl === undefined) throw new Error('Perl still lacks Compress::Zlib, though its package is installed');
  return completePerl;
}

let completePerl: string | undefined;

function findCompletePerl(): string | undefined {
  const perl = findOnPath('perl');
  if (perl === undefined) return undefined;
  return spawnSync(perl, ['-MCompress::Zlib', '-e', '1'], { stdio: 'ignore' }).status === 0 ? perl : undefined;
}

/**
 * All that exiftool reads from a file, names with their group: `XMP-iptcExt:DigitalSourceType`.
 * @throws Error where exiftool cannot read the file
 */
export async function readTags(path: string): Promise<Record<string, unknown>> {
  const perl = await ensurePerl();
  const { stdout } = await execute(perl, [exiftool, '-j', '-G1', '-charset', 'filename=utf8', path], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const [tags] = JSON.parse(stdout) as Record<string, unknown>[];
  if (!tags) throw new Error(`exiftool says nothing about ${path}`);
  return tags;
}

/**
 * Writes tags into a file, in place, as a photographer's tools do.
 * @param tags for example `{ 'XMP-iptcExt:DigitalSourceType': '…' }`
 * @throws Error where exiftool cannot
 */
export async function writeTags(path: string, tags: Record<string, string>): Promise<void> {
  const perl = await ensurePerl();
  const words = Object.entries(tags).map(([name, value]) => `-${name}=${value}`);
  await execute(perl, [exiftool, '-overwrite_original', '-charset', 'filename=utf8', ...words, path]);
}
