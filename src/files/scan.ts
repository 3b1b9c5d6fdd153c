import { readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PromptImageError } from '../failure.js';
import { MAX_MANIFEST_BYTES } from '../manifest/parse.js';
import { isErrno } from './durable.js';

/** Folders that hold what tools made; a manifest there is a copy. */
const OUTPUT_FOLDERS = ['node_modules', 'dist', 'build', '.output', '.next', '.svelte-kit', '.nuxt'];

export interface ScanOptions {
  root: string;
  include: readonly string[];
  exclude: readonly string[];
}

/** The manifests of a project, relative to its root with forward slashes, sorted. */
export async function scanManifests({ root, include, exclude }: ScanOptions): Promise<string[]> {
  const ignore = [...OUTPUT_FOLDERS.map((folder) => `**/${folder}/**`), ...exclude];
  // Only commands scan; builds meet their images one by one.
  const { default: fastGlob } = await import('fast-glob');
  const files = await fastGlob([...include], { cwd: root, ignore, dot: true, followSymbolicLinks: false });
  return files.sort();
}

/** @throws `MANIFEST_INVALID` where there is no such file, or it is too large to be a manifest */
export async function readManifest(root: string, file: string): Promise<string> {
  const path = join(root, file);
  const size = await sizeOf(path);
  if (size === undefined) throw new PromptImageError('MANIFEST_INVALID', 'does not exist', { place: { file } });
  if (size > MAX_MANIFEST_BYTES) {
    throw new PromptImageError('MANIFEST_INVALID', `is ${(size / 1e6).toFixed(1)} MB; a manifest is at most 1 MB`, {
      place: { file },
    });
  }
  return readFile(path, 'utf8');
}

/** In bytes; `undefined` where there is certainly no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The path from the root with forward slashes: how files are named in messages, records and addresses. */
export function addressOf(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
