import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { BuildResult, PluginBuild } from 'esbuild';
import type { OutputFile } from '../project.js';

/** What a build is about to write. */
export interface Output {
  files: (result: BuildResult) => OutputFile[];
  /** Absolute paths of the build's modules. */
  sources: (result: BuildResult) => string[];
  /** Writes it, where the build was asked to, and leaves the result as esbuild would. */
  write: (result: BuildResult) => Promise<void>;
}

/** esbuild writes before it asks plugins, and then it would be too late to keep a prompt out: so it is written from here. */
export function takeOutput({ initialOptions }: PluginBuild): Output {
  const { write = true, metafile = false, absWorkingDir = process.cwd() } = initialOptions;
  initialOptions.write = false;
  initialOptions.metafile = true;
  return {
    files: ({ outputFiles = [] }) =>
      outputFiles.map(({ path, contents }) => ({ name: relative(absWorkingDir, path), content: () => contents })),

    sources: ({ metafile: found }) => Object.keys(found?.inputs ?? {}).map((path) => resolve(absWorkingDir, path)),

    write: async (result: Partial<BuildResult>) => {
      if (!metafile) delete result.metafile;
      if (!write) return;
      await Promise.all((result.outputFiles ?? []).map(({ path, contents }) => writeOne(path, contents)));
      delete result.outputFiles;
    },
  };
}

async function writeOne(path: string, contents: Uint8Array): Promise<void> {
  // Of a build without an output folder.
  if (path.endsWith('<stdout>')) return void process.stdout.write(contents);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
  if (contents[0] === 0x23 && contents[1] === 0x21) await chmod(path, 0o755);
}
