import { renderAddress } from '../image/address.js';
import { OVERRIDE, parseOverride } from './items.js';
import type { Layer, LayerInput } from './layer.js';
import type { JsonLocator, JsonPath } from './locate.js';
import type { Items, Manifest, Preset } from './parse.js';
import type { OwnPictures } from './references.js';
import { type DefaultsLayer, type ResolvedImage, resolveImage } from './resolve.js';
import { createTakes } from './takes.js';
import { fillFrom, fillNothing } from './template.js';
import { collectionWarnings } from './warnings.js';

/** What a manifest stands on, read from other files. */
export interface ManifestSources {
  defaults: DefaultsLayer | undefined;
  /** All that it extends, each once, from the outermost. @default none */
  presets?: readonly Preset[];
  /** Of a collection that names a file of items. */
  items?: Items;
}

/** The pictures of one manifest. They are resolved when they are asked for, so that one which is wrong loses no other. */
export interface ManifestImages {
  /** The manifest, from the root. */
  file: string;
  isCollection: boolean;
  /** Names in the order of the file; of a manifest of one image the one `undefined`. */
  items: readonly (string | undefined)[];
  /**
   * Names of the variants of an item in the order of the file.
   *
   * @throws `MANIFEST_INVALID`, `ITEMS_INVALID` where the item is wrong; `RangeError` for one that there is not
   */
  variantsOf: (item: string | undefined) => readonly string[];
  /**
   * One picture with everything filled in.
   *
   * @throws `MANIFEST_INVALID`; `ITEMS_INVALID`, `NOT_BUILT_YET` of an item's `$override`; `REFERENCE_NOT_FOUND`,
   * `REFERENCE_CYCLE` of references to pictures of the manifest itself; `RangeError` for an item or a variant that there is not
   */
  image: (item: string | undefined, variant?: string) => ResolvedImage;
  /** What a person should know of the file as a whole. */
  warnings: readonly string[];
}

/** What the model is told: a variant that says nothing of it shows its base's picture. */
const promptSide = ['prompt', 'model', 'aspectRatio', 'imageSize', 'thinking', 'references', 'take', 'style'] as const;

/** What an item, or the one image of a manifest, says of itself, and what of each variant. */
interface ItemLayers {
  base: readonly Layer[];
  variants: ReadonlyMap<string, readonly Layer[]>;
}

/** @throws `MANIFEST_INVALID` for what is wrong with the file as a whole */
export function planImages(manifest: Manifest, sources: ManifestSources): ManifestImages {
  const { file, locator } = manifest;
  const { defaults, presets = [] } = sources;
  const collection = manifest.kind === 'collection' ? itemsOf(manifest.items, sources.items) : undefined;
  const byName = collection && new Map(collection.items.map((item) => [item.name, item]));
  const names = collection?.items.map(({ name }) => name);
  const takes = createTakes(manifest);
  const shared: readonly Layer[] = [
    ...(defaults ? [{ role: 'shared', ...defaults, place: () => ({ file: defaults.file }) } as const] : []),
    ...presets.map((preset) => layerOf('shared', preset.file, preset.input, preset.locator, [])),
    layerOf('own', file, manifest.input, locator, []),
  ];
  const manifestVariants = variantLayers(file, manifest.input.variants, locator, []);

  const find = (name: string | undefined) => {
    const item = name === undefined ? undefined : byName?.get(name);
    if ((item === undefined) !== (byName === undefined)) {
      throw new RangeError(`There is no picture ${renderAddress({ file, item: name })}`);
    }
    return item;
  };

  const layersOf = memoize((name: string | undefined): ItemLayers => {
    const item = find(name);
    const override = item && collection && parseOverride(item, collection);
    if (!override || !collection) return { base: shared, variants: manifestVariants };
    const [at, from] = [[...item.path, OVERRIDE], collection.locator];
    const variants = new Map(manifestVariants);
    for (const [variant, layers] of variantLayers(collection.file, override.variants, from, at)) {
      variants.set(variant, [...(variants.get(variant) ?? []), ...layers]);
    }
    return { base: [...shared, layerOf('own', collection.file, override, from, at)], variants };
  });

  const variantOf = (item: string | undefined, variant: string): readonly Layer[] => {
    const layers = layersOf(item).variants.get(variant);
    if (!layers) throw new RangeError(`There is no picture ${renderAddress({ file, item, variant })}`);
    return layers;
  };
  const showsBase = (item: string | undefined, variant: string) =>
    variantOf(item, variant).every(({ input }) => promptSide.every((field) => input[field] === undefined));
  const pictureOf = (item: string | undefined, variant: string | undefined) => {
    const shown = variant === undefined || showsBase(item, variant) ? undefined : variant;
    return renderAddress({ file, item, variant: shown });
  };
  const variantsOf = (item: string | undefined) => [...layersOf(item).variants.keys()];

  return {
    file,
    isCollection: collection !== undefined,
    items: names ?? [undefined],
    variantsOf,
    image: (name, variant) => {
      const item = find(name);
      const ofVariant = variant === undefined ? [] : variantOf(name, variant);
      const base = variant !== undefined && showsBase(name, variant);
      const own: OwnPictures = {
        file,
        item: name,
        variant,
        items: names,
        hasItem: (other) => byName?.has(other) ?? false,
        variantsOf,
        pictureOf,
      };
      return resolveImage({
        address: renderAddress({ file, item: name, variant }),
        picture: pictureOf(name, variant),
        take: takes.of({ item: name, variant, showsBase: base, layers: ofVariant }),
        takeFile: file,
        layers: [...layersOf(name).base, ...ofVariant],
        fill: item ? fillFrom(item) : fillNothing,
        own,
      });
    },
    get warnings() {
      if (!collection) return [];
      const layers = [...shared, ...[...manifestVariants.values()].flat()];
      return [...takes.warnings({ names: names ?? [], variantsOf }), ...collectionWarnings(file, collection, layers)];
    },
  };
}

function itemsOf(written: Items | string, read: Items | undefined): Items {
  if (typeof written !== 'string') return written;
  if (!read) throw new RangeError(`The items of ${written} were not read`);
  return read;
}

function variantLayers(
  file: string,
  variants: Readonly<Record<string, LayerInput>> | undefined,
  locator: JsonLocator,
  path: JsonPath,
): ReadonlyMap<string, readonly Layer[]> {
  if (!variants) return new Map();
  const at = [...path, 'variants'];
  return new Map(
    locator.keys(at).flatMap((name) => {
      const input = variants[name];
      return input ? [[name, [layerOf('own', file, input, locator, [...at, name])]]] : [];
    }),
  );
}

function layerOf(role: Layer['role'], file: string, input: LayerInput, locator: JsonLocator, base: JsonPath): Layer {
  return {
    role,
    file,
    input,
    place: (path, character) => {
      const at = [...base, ...path];
      return character === undefined ? locator.value(at) : locator.character(at, character);
    },
  };
}

/** What fails is tried again. */
function memoize<Key, Value>(create: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? create(key);
    known.set(key, value);
    return value;
  };
}
