import { basename, posix } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { type Place, PromptImageError } from '../failure.js';
import { addressOf } from '../files/scan.js';
import { parseId } from './imported.js';
import { findMention } from './mention.js';

const VARIANT = 'variant';
/** Queries by which bundlers publish a file as it is. */
const AS_ITSELF = new Set(['raw', 'inline', 'worker', 'sharedworker']);

/** What a person is told, with the line that does it and what to write instead. */
export interface LeakFailures {
  /** Of an import whose query asks for what modules do not give, as the manifest itself; nothing for every other import. */
  ofImport: OfQuery;
  /** The same of a URL in a stylesheet or a page. */
  ofUrl: OfQuery;
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

type OfQuery = (id: string, source: string | undefined) => Promise<PromptImageError | undefined>;

export function createLeakFailures(config: ResolvedConfig): LeakFailures {
  const refuseQuery = async (asked: string, id: string, source: string | undefined) => {
    const address = addressOf(config.root, parseId(id).path);
    const mention = source && (await findMention(config, address, [source], (line) => line.includes(asked)));
    // Named by a glob, it is mentioned nowhere.
    const place = mention || (source === undefined ? undefined : { file: addressOf(config.root, source) });
    return manifestLeak(address, explainQuery(asked, address), place);
  };

  return {
    ofImport: async (id, source) => {
      const { asked, variant } = parseId(id);
      const refused = asked ?? (variant === undefined ? undefined : VARIANT);
      return refused === undefined ? undefined : refuseQuery(refused, id, source);
    },

    ofUrl: async (id, source) => {
      const { asked } = parseId(id);
      return asked === undefined ? undefined : refuseQuery(asked, id, source);
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

function explainQuery(asked: string, address: string): string {
  if (AS_ITSELF.has(asked)) return `?${asked} asks for ${address} itself, prompt included, which is not published`;
  if (asked === VARIANT) return `?${asked} is for stylesheets and pages; an import of ${address} has all "variants"`;
  return `?${asked} is nothing that can be asked of ${address}; widths, formats and crops stand under its "output"`;
}

function manifestLeak(address: string, what: string, place: Place | undefined): PromptImageError {
  return new PromptImageError('MANIFEST_LEAK', what, {
    place: place ?? { file: address },
    next: remedy(address, place),
  });
}

function remedy(address: string, place: Place | undefined): string {
  const name = basename(address).replace(/\..*$/, '');
  const variable = /^[a-z_$][\w$]*$/i.test(name) ? name : 'image';
  const from = posix.dirname(place?.file ?? address);
  const path = posix.relative(from, address);
  const line = `import ${variable} from '${path.startsWith('.') ? path : `./${path}`}';`;
  if (place && /css|less|styl/.test(posix.extname(place.file))) {
    return `Stylesheets may name a picture in webpack, Rspack and, where a module imports them, in Vite. In a module:\n  ${line}\n  element.style.backgroundImage = \`url(\${${variable}.src})\`;`;
  }
  if (place && /htm/.test(posix.extname(place.file))) {
    return `Only the pages that Vite builds may name a picture. In a module:\n  ${line}\n  img.src = ${variable}.src;`;
  }
  return `Import the image instead, and use ${variable}.src:\n  ${line}`;
}
