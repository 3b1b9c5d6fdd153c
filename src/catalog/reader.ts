import { join } from 'node:path';
import { type Place, PromptImageError } from '../failure.js';
import { readManifest, readText } from '../files/text.js';
import { type ManifestImages, planImages } from '../manifest/images.js';
import { fileKinds } from '../manifest/json.js';
import {
  extendsOf,
  type Items,
  itemsFileOf,
  type Manifest,
  type Preset,
  parseItems,
  parseManifest,
  parsePreset,
} from '../manifest/parse.js';
import type { DefaultsLayer } from '../manifest/resolve.js';

export interface ReaderOptions {
  root: string;
  /** Presets and items files lie in it: the repository, or without one the root. Real path. */
  repository: string;
  defaults: DefaultsLayer | undefined;
}

/** A project's options for its reader. */
export function readerOptions({
  root,
  defaults,
  git: { top },
}: Pick<ReaderOptions, 'root' | 'defaults'> & { git: { top: string | undefined } }): ReaderOptions {
  return { root, repository: top ?? root, defaults };
}

/** Reads manifests with what they inherit and repeat. */
export interface ManifestReader {
  /**
   * @param file from the root
   * @param onDependency called with the path of each file that the manifest stands on, before it is read
   * @throws `MANIFEST_*`, `PRESET_*`, `ITEMS_*`
   */
  read: (file: string, onDependency: (path: string) => void) => Promise<ManifestImages>;
}

type Parser<T> = (file: string, text: string) => T;

/** Files are read each time; what was parsed is kept for as long as the text is the same. */
export function createManifestReader({ root, repository, defaults }: ReaderOptions): ManifestReader {
  const parsed = new Map<string, { text: string; parser: Parser<unknown>; value: unknown }>();

  const parse = <T>(parser: Parser<T>, file: string, text: string): T => {
    const known = parsed.get(file);
    if (known?.text === text && known.parser === parser) return known.value as T;
    const value = parser(file, text);
    parsed.set(file, { text, parser, value });
    return value;
  };

  /** Outermost first, each once: where two presets extend a third, it comes before both. */
  const readPresets = async (
    of: Manifest | Preset,
    chain: readonly string[],
    seen: Set<string>,
    onDependency: (path: string) => void,
  ): Promise<Preset[]> => {
    const presets: Preset[] = [];
    for (const { path, place } of extendsOf(of)) {
      if (chain.includes(path)) throw presetCycle([...chain.slice(chain.indexOf(path)), path], place());
      if (seen.has(path)) continue;
      seen.add(path);
      onDependency(join(root, path));
      const found = await readText({
        root,
        file: path,
        within: repository,
        kind: fileKinds.preset,
      });
      if (found === undefined) throw notFound('PRESET_NOT_FOUND', 'preset', path, chain, place());
      if (found === 'outside') throw outside('PRESET_OUTSIDE_REPOSITORY', 'preset', path, place());
      const preset = parse(parsePreset, path, found.text);
      presets.push(...(await readPresets(preset, [...chain, path], seen, onDependency)), preset);
    }
    return presets;
  };

  const readItems = async (manifest: Manifest, onDependency: (path: string) => void): Promise<Items | undefined> => {
    const from = itemsFileOf(manifest);
    if (!from) return undefined;
    onDependency(join(root, from.path));
    const found = await readText({
      root,
      file: from.path,
      within: repository,
      kind: fileKinds.items,
    });
    if (found === undefined) throw notFound('ITEMS_NOT_FOUND', 'items file', from.path, [], from.place());
    if (found === 'outside') throw outside('ITEMS_OUTSIDE_REPOSITORY', 'items file', from.path, from.place());
    return parse(parseItems, from.path, found.text);
  };

  return {
    read: async (file, onDependency) => {
      onDependency(join(root, file));
      const manifest = parse(parseManifest, file, await readManifest(root, file));
      const presets = await readPresets(manifest, [file], new Set(), onDependency);
      const items = await readItems(manifest, onDependency);
      return planImages(manifest, { defaults, presets, ...(items && { items }) });
    },
  };
}

function notFound(
  code: 'PRESET_NOT_FOUND' | 'ITEMS_NOT_FOUND',
  kind: string,
  path: string,
  chain: readonly string[],
  place: Place,
): PromptImageError {
  const way = chain.length > 1 ? ` (${[...chain, path].join(' → ')})` : '';
  return new PromptImageError(code, `there is no ${kind} ${path}${way}`, {
    place,
    next: 'Paths start from the file they are written in.',
  });
}

function outside(
  code: 'PRESET_OUTSIDE_REPOSITORY' | 'ITEMS_OUTSIDE_REPOSITORY',
  kind: string,
  path: string,
  place: Place,
): PromptImageError {
  return new PromptImageError(code, `the ${kind} ${path} lies outside the repository`, {
    place,
    next: 'Whoever clones it would not have the file. Move it into the repository.',
  });
}

function presetCycle(way: readonly string[], place: Place): PromptImageError {
  return new PromptImageError('PRESET_CYCLE', `presets extend each other in a circle: ${way.join(' → ')}`, {
    place,
    next: 'Take one of them out of "extends".',
  });
}
