import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { type Place, PromptImageError } from '../failure.js';
import { isErrno } from '../files/durable.js';
import { addressOf, readManifest } from '../files/scan.js';
import { placeAt } from '../manifest/locate.js';
import type { Context } from './context.js';
import { isExcluded, MANIFEST_PATH } from './imported.js';

/*
 * The prompt is nobody's business but the repository's, so a manifest must not be published as itself. Bundlers do that on
 * many roads that no plugin is asked about (`new URL()`, `url()` in CSS, `src` in HTML, workers, other plugins), but what they
 * are about to write can be looked at.
 */

/** A file that a bundler is about to write. */
export interface OutputFile {
  name: string;
  content: string | Uint8Array;
  /** Absolute paths of the files that it was made from, where the bundler knows them. */
  originals?: readonly string[];
}

/** Files that can hold a manifest as text; all else is passed over unread. */
const TEXT = /\.(?:[cm]?js|css|html?|json|map|svg|txt|webmanifest|xml)$/i;
/** Inlined files, but for media. */
const DATA_URL = /data:(?!image|font|audio|video)[\w./+-]*((?:;[\w=-]+)*),([^"'`)\s\\]+)/g;
/** Modules that somebody wrote. */
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx|html?|\w*css|less|styl)$/;
/** As a manifest has it, also inside of a string. */
const PROMPT = /\\?"prompt\\?"\s*:/;

/**
 * Finds manifests that would be published as themselves.
 *
 * @param sources modules of the build, to find the line that does it: absolute paths, which need not be files
 * @returns a `MANIFEST_LEAK` for each manifest
 */
export async function findLeaks(
  context: Context,
  files: readonly OutputFile[],
  sources: readonly string[],
): Promise<PromptImageError[]> {
  const { config } = context;
  const leaks = new Map<string, string>();
  let manifests: Promise<Map<string, string>> | undefined;
  for (const { name, content, originals = [] } of files) {
    for (const path of originals) {
      if (MANIFEST_PATH.test(path) && !isExcluded(config, path)) leaks.set(addressOf(config.root, path), name);
    }
    const suspects = TEXT.test(name) ? suspectsIn(Buffer.from(content as string).toString('utf8')) : [];
    if (suspects.length === 0) continue;
    manifests ??= readManifests(context);
    for (const [address, manifest] of await manifests) {
      if (suspects.some((suspect) => suspect.includes(manifest))) leaks.set(address, name);
    }
  }
  return Promise.all([...leaks].map(([address, name]) => refuseUse(config, address, sources, name)));
}

/**
 * The failure of a use that would publish a manifest as itself.
 *
 * @param sources where to look for the line
 * @param output the file that it would be published in
 */
export async function refuseUse(
  config: ResolvedConfig,
  address: string,
  sources: readonly string[],
  output = 'the output',
): Promise<PromptImageError> {
  const place = await findMention(config, address, sources, (line) => !/^\s*import\b/.test(line));
  return manifestLeak(address, `${output} would hold ${address} itself, prompt included`, place);
}

/** @param what the first sentence @param place the line that does it */
function manifestLeak(address: string, what: string, place: Place | undefined): PromptImageError {
  return new PromptImageError('MANIFEST_LEAK', what, {
    place: place ?? { file: address },
    next: remedy(address, place),
  });
}

/** The failure of a manifest that lies where everything is published. */
export function misplacedManifest(address: string): PromptImageError {
  return new PromptImageError('MANIFEST_LEAK', 'would be published as it is, prompt included', {
    place: { file: address },
    next: 'Move it out of that folder, and import it.',
  });
}

/** The failure of an import with a query that no image answers. */
export async function refuseQuery(
  config: ResolvedConfig,
  address: string,
  asked: string,
  importer: string | undefined,
): Promise<PromptImageError> {
  const sources = importer === undefined ? [] : [importer];
  const mention = await findMention(config, address, sources, (line) => line.includes(asked));
  // Named by a glob, it is mentioned nowhere.
  const place = mention ?? (importer === undefined ? undefined : { file: addressOf(config.root, importer) });
  return manifestLeak(address, `?${asked} asks for ${address} itself, prompt included, which is not published`, place);
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

/** Texts that may be a manifest, without what quoting and formatting change. */
function suspectsIn(text: string): string[] {
  const inlined = [...text.matchAll(DATA_URL)].map(([, parameters = '', data = '']) =>
    parameters.endsWith(';base64') ? Buffer.from(data, 'base64').toString('utf8') : decodeLeniently(data),
  );
  return [text, ...inlined].filter((each) => PROMPT.test(each)).map(squeeze);
}

function decodeLeniently(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch (error) {
    if (error instanceof URIError) return data;
    throw error;
  }
}

function squeeze(text: string): string {
  return text.replace(/\\[nrt]|[\s\\"'`]/g, '');
}

async function readManifests({ scan, config }: Context): Promise<Map<string, string>> {
  const entries = (await scan()).map(
    async (address) => [address, squeeze(await readManifest(config.root, address))] as const,
  );
  return new Map(await Promise.all(entries));
}
