import { resolve } from 'node:path';
import type { OutputFile } from '../project.js';

/** What a build is about to write, as Rollup and Rolldown both say it. */
export type Bundle = Record<
  string,
  | { type: 'chunk'; code: string }
  | { type: 'asset'; source: string | Uint8Array; originalFileNames?: readonly string[] }
>;

/** @param root what the names of source files start from */
export function outputFiles(bundle: Bundle, root: string): OutputFile[] {
  return Object.entries(bundle).map(([name, file]) => {
    if (file.type === 'chunk') return { name, content: file.code };
    const originals = (file.originalFileNames ?? []).map((original) => resolve(root, original));
    return { name, content: file.source, originals };
  });
}
