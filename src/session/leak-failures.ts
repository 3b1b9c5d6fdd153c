import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { type Place, PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { addressOf } from '../files/scan.js';
import { placeAt } from '../manifest/locate.js';
import { parseId } from './imported.js';

/** Queries by which bundlers publish a file as it is. */
const AS_ITSELF = new Set(['raw', 'inline', 'worker', 'sharedworker']);
/** Modules that somebody wrote. */
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx|html?|\w*css|less|styl)$/;

/** What a person is told, with the line that does it and what to write instead. */
export interface LeakFailures {
  /** Of an import whose query asks for the manifest itself; nothing for every other import. */
  ofImport: (id: string, importer: string | undefined) => Promise<PromptImageError | undefined>;
  /**
   * Of a use as a file.
   *
   * @param sources where to look for the line: absolute paths, which need not be files
   * @param output the file that would hold it
   */
  ofUse: (path: string, sources: readonly string[], output?: string) => Promise<PromptImageError>;
  /** Of a manifest in a folder that is published as it is. */
  ofFolder: (path: string) => PromptImageError;
}

export function createLeakFailures(config: ResolvedConfig): LeakFailures {
  return {
    ofImport: async (id, importer) => {
      const { path, asked } = parseId(id);
      if (asked === undefined) return undefined;
      const address = addressOf(config.root, path);
      const sources = importer === undefined ? [] : [importer];
      const mention = await findMention(config, address, sources, (line) => line.includes(asked));
      // Named by a glob, it is mentioned nowhere.
      const place = mention ?? (importer === undefined ? undefined : { file: addressOf(config.root, importer) });
      const what = AS_ITSELF.has(asked)
        ? `?${asked} asks for ${address} itself, prompt included, which is not published`
        : `?${asked} is nothing that can be asked of ${address}; widths, formats and crops stand under its "output"`;
      return manifestLeak(address, what, place);
    },

    ofUse: async (path, sources, output = 'the output') => {
      const address = addressOf(config.root, path);
      const place = await findMention(config, address, sources, (line) => !/^\s*import\b/.test(line));
      return manifestLeak(address, `${output} would hold ${address} itself, prompt included`, place);
    },

    ofFolder: (path) =>
      new PromptImageError('MANIFEST_LEAK', 'would be published as it is, prompt included', {
        place: { file: addressOf(config.root, path) },
        next: 'Move it out of that folder, and import it.',
      }),
  };
}

function manifestLeak(address: string, what: string, place: Place | undefined): PromptImageError {
  return new PromptImageError('MANIFEST_LEAK', what, {
    place: place ?? { file: address },
    next: remedy(address, place),
  });
}

/** The first line of its kind in which a source mentions the manifest. */
async function findMention(
  { root }: ResolvedConfig,
  address: string,
  sources: readonly string[],
  isMeant: (line: string) => boolean,
): Promise<Place | undefined> {
  const name = basename(address, '.json');
  for (const path of sources) {
    const text = await readSource(path);
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
      const start = text.lastIndexOf('\n', at) + 1;
      if (isMeant(text.slice(start).split('\n', 1)[0] ?? '')) return placeAt(addressOf(root, path), text, at);
    }
  }
  return undefined;
}

/** Modules need not be files, and a file need not be a text that we understand. */
async function readSource(id: string): Promise<string> {
  const path = id.replace(/\?.*$/, '');
  if (id.includes('\0') || id.includes('node_modules') || !SOURCE.test(path)) return '';
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return '';
    throw error;
  }
}

function remedy(address: string, place: Place | undefined): string {
  const name = basename(address).replace(/\..*$/, '');
  const variable = /^[a-z_$][\w$]*$/i.test(name) ? name : 'image';
  const from = posix.dirname(place?.file ?? address);
  const path = posix.relative(from, address);
  const line = `import ${variable} from '${path.startsWith('.') ? path : `./${path}`}';`;
  if (place && /css|less|styl/.test(posix.extname(place.file))) {
    return `A stylesheet cannot name a manifest in this version. In a module:\n  ${line}\n  element.style.backgroundImage = \`url(\${${variable}.src})\`;`;
  }
  if (place && /htm/.test(posix.extname(place.file))) {
    return `HTML cannot name a manifest in this version. In a module:\n  ${line}\n  img.src = ${variable}.src;`;
  }
  return `Import the image instead, and use ${variable}.src:\n  ${line}`;
}
