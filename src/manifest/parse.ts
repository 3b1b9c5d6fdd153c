import { type Place, PromptImageError } from '../failure.js';
import { isCollectionFile } from '../image/address.js';
import { type Items, readItems } from './items.js';
import { fileKinds, parseJson } from './json.js';
import type { JsonLocator } from './locate.js';
import { parseObject, throwMistakes } from './mistakes.js';
import { RELATIVE, resolvePath } from './paths.js';
import { explainReference } from './references.js';
import {
  type CollectionInput,
  collectionSchema,
  type ManifestInput,
  manifestSchema,
  type PresetFileInput,
  presetFileSchema,
} from './schema.js';
import { templateNames } from './template.js';

export type { Items };

interface Parsed<Input> {
  /** Relative to the project's root, with forward slashes. */
  file: string;
  input: Input;
  locator: JsonLocator;
}

/** A manifest as it stands in its file: valid by itself, nothing inherited yet. */
export type Manifest = ImageManifest | CollectionManifest;

export interface ImageManifest extends Parsed<ManifestInput> {
  kind: 'image';
}

export interface CollectionManifest extends Parsed<CollectionInput> {
  kind: 'collection';
  /** Or the path of the file that holds them, as it is written. */
  items: Items | string;
}

/** What several images have in common, as it stands in its file. */
export type Preset = Parsed<PresetFileInput>;

/** A file that another one names. */
export interface Dependency {
  /** From the root, with forward slashes; may lead out of it. */
  path: string;
  /** Where it is named. */
  place: () => Place;
}

const PRESET = /\.image-preset\.json$/;

/**
 * Parses the text of one `*.image.json` or `*.images.json`.
 *
 * @param file relative to the root; only for messages and for addresses
 * @throws `MANIFEST_INVALID` with line and column; `NOT_BUILT_YET` for what later versions bring
 */
export function parseManifest(file: string, text: string): Manifest {
  const kind = fileKinds.manifest;
  const { value, locator } = parseJson(file, text, kind);
  const subject = { kind, locator, path: [] };
  if (!isCollectionFile(file)) {
    const input = parseObject(value, { ...subject, holder: 'image', schema: manifestSchema });
    checkExtends(input, locator, kind.code);
    return { kind: 'image', file, input, locator };
  }
  const input = parseObject(value, { ...subject, holder: 'collection', schema: collectionSchema });
  checkExtends(input, locator, kind.code);
  if (input.items === undefined) {
    throw new PromptImageError(kind.code, '"items" is missing', {
      place: locator.value([]),
      next: 'Write what there is a picture of, for example "items": { "apple": { "fruit": "apple" } }. One image alone is a file that ends in .image.json.',
    });
  }
  const { items } = input;
  if (typeof items !== 'string') {
    // Of the value as JSON has it: zod leaves out fields that are called `__proto__`.
    const raw = (value as { items: unknown }).items;
    return { kind: 'collection', file, input, items: readItems(raw, ['items'], { file, kind, locator }), locator };
  }
  if (RELATIVE.test(items) && items.endsWith('.json')) return { kind: 'collection', file, input, items, locator };
  throw new PromptImageError(kind.code, `"items" ${JSON.stringify(items)} is not the path of a JSON file`, {
    place: locator.value(['items']),
    next: 'It starts with ./ or ../, seen from this file, and ends in .json.',
  });
}

/**
 * Parses the text of one `*.image-preset.json`.
 *
 * @param file relative to the root
 * @throws `PRESET_INVALID` with line and column; `NOT_BUILT_YET` for what later versions bring
 */
export function parsePreset(file: string, text: string): Preset {
  const kind = fileKinds.preset;
  const { value, locator } = parseJson(file, text, kind);
  const input = parseObject(value, { kind, locator, path: [], holder: 'preset', schema: presetFileSchema });
  checkExtends(input, locator, kind.code);
  const references = input.references ?? [];
  const mistakes = references.flatMap((reference, index): (() => PromptImageError)[] => {
    // What an item fills in is not known here.
    if (reference === '...' || templateNames(reference).length > 0) return [];
    const mistake = explainReference(reference, 'shared');
    if (!mistake) return [];
    const place = () => locator.value(['references', index]);
    return [() => new PromptImageError(kind.code, mistake.what, { place: place(), next: mistake.next })];
  });
  throwMistakes(mistakes);
  return { file, input, locator };
}

/**
 * Parses the JSON file that a collection names in `items`: an object of items by name, or an array of items with an `id`.
 *
 * @param file from the root
 * @throws `ITEMS_INVALID` with line and column
 */
export function parseItems(file: string, text: string): Items {
  const kind = fileKinds.items;
  const { value, locator } = parseJson(file, text, kind);
  return readItems(value, [], { file, kind, locator });
}

/** The presets that a file names, in its order: of two, the later wins. */
export function extendsOf({ file, input, locator }: Manifest | Preset): Dependency[] {
  const { extends: named = [] } = input;
  if (typeof named === 'string') return [{ path: resolvePath(file, named), place: () => locator.value(['extends']) }];
  return named.map((path, index) => ({
    path: resolvePath(file, path),
    place: () => locator.value(['extends', index]),
  }));
}

/** The file that holds a collection's items, where it is one of their own. */
export function itemsFileOf(manifest: Manifest): Dependency | undefined {
  if (manifest.kind !== 'collection' || typeof manifest.items !== 'string') return undefined;
  const { file, items, locator } = manifest;
  return { path: resolvePath(file, items), place: () => locator.value(['items']) };
}

function checkExtends({ extends: named = [] }: PresetFileInput, locator: JsonLocator, code: PromptImageError['code']) {
  const mistakes = [named].flat().flatMap((path, index): (() => PromptImageError)[] => {
    if (RELATIVE.test(path) && PRESET.test(path)) return [];
    const what = `"extends" ${JSON.stringify(path)} is not the path of a preset`;
    const next = PRESET.test(path)
      ? `Paths start with ./ or ../, seen from this file: ${JSON.stringify(`./${path}`)}.`
      : 'The name of a preset ends in .image-preset.json.';
    const at = typeof named === 'string' ? ['extends'] : ['extends', index];
    return [() => new PromptImageError(code, what, { place: locator.value(at), next })];
  });
  throwMistakes(mistakes);
}
