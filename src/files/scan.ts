import { relative, sep } from 'node:path';

/** Folders that hold what tools made; a manifest there is a copy. Ours may hold thousands of files. */
const OUTPUT_FOLDERS = [
  '.git',
  'node_modules',
  'dist',
  'build',
  '.output',
  '.next',
  '.svelte-kit',
  '.nuxt',
  '.prompt-image',
];

const NESTED_CONFIGS = '**/prompt-image.config.{ts,mts,js,mjs,json}';

export interface ScanOptions {
  root: string;
  include: readonly string[];
  exclude: readonly string[];
}

/** The manifests of a project, relative to its root with forward slashes, sorted; without those of projects within it. */
export async function scanManifests({ root, include, exclude }: ScanOptions): Promise<string[]> {
  const ignore = [...OUTPUT_FOLDERS.map((folder) => `**/${folder}/**`), ...exclude];
  // Only commands scan; builds meet their images one by one.
  const { default: fastGlob } = await import('fast-glob');
  const options = { cwd: root, ignore, dot: true, followSymbolicLinks: false };
  const [files, configs] = await Promise.all([fastGlob([...include], options), fastGlob(NESTED_CONFIGS, options)]);
  // A project within this one has its own originals, and buys for itself.
  const nested = configs.map((config) => config.replace(/[^/]+$/, '')).filter((folder) => folder !== '');
  return files.filter((file) => !nested.some((folder) => file.startsWith(folder))).sort();
}

/** The path from the root with forward slashes: how files are named in messages, records and addresses. */
export function addressOf(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
