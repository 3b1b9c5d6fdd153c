import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import type { Place } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { addressOf } from '../files/scan.js';
import { placeAt } from '../manifest/locate.js';

/** Modules that somebody wrote. */
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx|html?|\w*css|sass|less|styl)$/;
const STYLESHEET = /^\.(?:\w*css|sass|less|styl)$/;
const IMPORT = /@(?:import|use|forward)\s+(?:url\(\s*)?["']([^"']+)["']/g;

/** The first line of its kind in which a source, or a stylesheet that it imports, mentions the manifest. */
export async function findMention(
  { root }: ResolvedConfig,
  address: string,
  sources: readonly string[],
  isMeant: (line: string) => boolean = () => true,
): Promise<Place | undefined> {
  const name = basename(address, '.json');
  const paths = new Set(sources.map((id) => id.replace(/\?.*$/, '')));
  // It grows while it is walked.
  for (const path of paths) {
    const text = await readSource(path);
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
      const start = text.lastIndexOf('\n', at) + 1;
      if (isMeant(text.slice(start).split('\n', 1)[0] ?? '')) return placeAt(addressOf(root, path), text, at);
    }
    for (const imported of importedStylesheets(path, text)) paths.add(imported);
  }
  return undefined;
}

/** Bundlers inline them without making modules of them. */
function importedStylesheets(path: string, text: string): string[] {
  const extension = extname(path);
  if (!STYLESHEET.test(extension)) return [];
  return Array.from(text.matchAll(IMPORT), ([, specifier = '']) => {
    const imported = join(dirname(path), specifier);
    return STYLESHEET.test(extname(imported)) ? imported : imported + extension;
  }).flatMap((imported) => [imported, join(dirname(imported), `_${basename(imported)}`)]);
}

/** Modules need not be files, and a file need not be a text that we understand. */
async function readSource(path: string): Promise<string> {
  if (path.includes('\0') || path.includes('node_modules') || !SOURCE.test(path)) return '';
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return '';
    throw error;
  }
}
