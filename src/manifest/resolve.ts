import type { Place } from '../failure.js';
import { PromptImageError } from '../failure.js';
import { outputFormats } from '../image/formats.js';
import { type Output, outputDefaults } from '../image/output.js';
import { checkCapabilities, warningsOf } from './capabilities.js';
import { type Layer, type LayerInput, lastWith } from './layer.js';
import { type Inheritable, mergeLayer, type ResolvedReference } from './merge.js';
import { DEFAULT_MODEL } from './models.js';
import { type OwnPictures, resolveReference } from './references.js';
import type { PresetInput } from './schema.js';
import type { Fill } from './template.js';

/** A manifest with everything that it inherits filled in. */
export interface ResolvedImage {
  /** Which picture it is, with the manifest's path from the root. */
  address: string;
  /** The address of the picture that it shows: its own; of a variant with nothing of the prompt side, its base's. */
  picture: string;
  /** Of a variant: the media query for which it is shown. */
  media?: string | undefined;
  alt: string | undefined;
  /** Final text: prompt, then styles from the outermost to the innermost, joined by blank lines. */
  prompt: string;
  model: string;
  aspectRatio: string | undefined;
  imageSize: string;
  thinking: string | undefined;
  take: number | string;
  /** The prompt without styles. */
  ownPrompt: string;
  /**
   * Where values stand, for telling why a picture is stale: of each field of the request that is not a default, the files; of
   * `prompt` that of the prompt itself and then those of its styles, in their order.
   */
  origins: Readonly<Partial<Record<string, readonly string[]>>>;
  /** In order. Paths of files and of other manifests are relative to the root, with forward slashes; they may lead out of it. */
  references: readonly ResolvedReference[];
  output: Output;
  /** What a person should know and no run fails for. Worded alike for every image it is true of, to be said once a run. */
  warnings: readonly string[];
}

/** The config's `defaults` and where they stand, for paths and messages. */
export interface DefaultsLayer {
  /** Of the config file, relative to the root. */
  file: string;
  input: PresetInput;
}

/** Which picture, and what is said of it. */
export interface PicturePlan {
  address: string;
  /** See `ResolvedImage`. */
  picture: string;
  take: number | string;
  /** The file that says which take. */
  takeFile: string;
  /** From the outermost, one of which has a prompt. */
  layers: readonly Layer[];
  fill: Fill;
  own: OwnPictures;
}

/** Fields of the request that are inherited. */
const inherited = ['model', 'aspectRatio', 'imageSize', 'thinking'] as const;

/**
 * Fills in what a picture inherits and checks it against what its model takes.
 *
 * @throws `MANIFEST_INVALID`, pointing at the line that the value comes from; `REFERENCE_NOT_FOUND`
 */
export function resolveImage({ address, picture, take, takeFile, layers, fill, own }: PicturePlan): ResolvedImage {
  const merged = layers.reduce<Inheritable>((outer, layer) => inheritLayer(outer, layer), {});
  const textOf = (layer: Layer, field: 'prompt' | 'alt' | 'style') =>
    fill(layer.input[field] ?? '', field, (character) => layer.place([field], character));
  const promptLayer = lastWith(layers, 'prompt');
  const altLayer = lastWith(layers, 'alt');
  if (!promptLayer) throw new RangeError(`${address} has no prompt`);

  const ownPrompt = normalizeText(textOf(promptLayer, 'prompt'));
  if (ownPrompt === '') throw filledWrongly(promptLayer, 'prompt', 'is blank');
  const styles = stylesOf(layers)
    .map((layer) => ({ layer, style: normalizeText(textOf(layer, 'style')) }))
    .filter(({ style }) => style !== '');
  const words = [{ layer: promptLayer, field: 'prompt', text: ownPrompt }].concat(
    styles.map(({ layer, style }) => ({ layer, field: 'style', text: style })),
  );
  for (const { layer, field, text } of words) {
    if (!text.isWellFormed()) throw filledWrongly(layer, field, 'has half of a surrogate pair');
  }

  const written = merged.references?.filter((reference) => reference !== '...') ?? [];
  const references = written.map(({ text, index, layer }) => {
    const place = () => layer.place(['references', index]);
    const filled = fill(text, 'references', (character) => layer.place(['references', index], character));
    return resolveReference(filled, layer, place, own);
  });
  const model = merged.model ?? DEFAULT_MODEL;
  const image: ResolvedImage = {
    address,
    picture,
    media: lastWith(layers, 'media')?.input.media,
    alt: altLayer && textOf(altLayer, 'alt'),
    prompt: words.map(({ text }) => text).join('\n\n'),
    model,
    aspectRatio: merged.aspectRatio ?? (references.length === 0 ? '1:1' : undefined),
    imageSize: merged.imageSize ?? '1K',
    thinking: merged.thinking ?? undefined,
    take,
    ownPrompt,
    origins: {
      prompt: words.map(({ layer }) => layer.file),
      ...Object.fromEntries(
        inherited.flatMap((field) => (merged[field] == null ? [] : [[field, [fileOf(layers, field)]]])),
      ),
      ...(written.length === 0 ? {} : { references: [...new Set(written.map(({ layer }) => layer.file))] }),
      ...(take === 1 ? {} : { take: [takeFile] }),
    },
    references,
    output: resolveOutput(merged.output ?? {}),
    warnings: warningsOf(model),
  };
  checkCapabilities(image, (field) => placeOfField(layers, field as keyof LayerInput));
  return image;
}

/** Lays one layer over what is outside of it. */
function inheritLayer(outer: Inheritable, layer: Layer): Inheritable {
  const { model, aspectRatio, imageSize, thinking, references, output } = layer.input;
  const dots = references?.indexOf('...') ?? -1;
  if (dots !== -1 && outer.references == null) {
    throw new PromptImageError('MANIFEST_INVALID', '"..." stands for inherited references, and there are none', {
      place: layer.place(['references', dots]),
      next: 'Remove it.',
    });
  }
  return mergeLayer(outer, {
    model,
    aspectRatio,
    imageSize,
    thinking,
    output,
    references:
      references === null ? null : references?.map((text, index) => (text === '...' ? text : { text, index, layer })),
  });
}

/** Layers whose style counts: those within the innermost `null`. */
function stylesOf(layers: readonly Layer[]): Layer[] {
  const dropped = layers.findLastIndex(({ input }) => input.style === null);
  return layers.slice(dropped + 1).filter(({ input }) => input.style !== undefined);
}

/** As it is hashed and sent: LF line ends, Unicode NFC, trimmed. */
function normalizeText(text: string): string {
  return text.replaceAll('\r\n', '\n').normalize('NFC').trim();
}

function filledWrongly(layer: Layer, field: string, what: string): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', `"${field}" ${what} once its templates are filled in`, {
    place: layer.place([field]),
    next: 'Mend the field of the item that it is filled in from.',
  });
}

function fileOf(layers: readonly Layer[], field: keyof LayerInput): string | undefined {
  return lastWith(layers, field)?.file;
}

/** Where the value of a field comes from; of one that nobody says, the innermost layer. */
function placeOfField(layers: readonly Layer[], field: keyof LayerInput): Place {
  const layer = layers.findLast(({ input }) => input[field] != null) ?? layers.at(-1);
  if (!layer) throw new RangeError('There is no layer');
  return layer.place([field]);
}

type MergedOutput = NonNullable<Inheritable['output']>;

function resolveOutput(output: MergedOutput): Output {
  const quality = { ...outputDefaults.quality, ...withoutNulls(output.quality ?? {}) };
  const known = new Set<string>(outputFormats);
  const formats = [...new Set(output.formats ?? outputDefaults.formats)].filter((format) => known.has(format));
  return {
    formats: formats as Output['formats'],
    sizes:
      output.width == null
        ? { widths: (output.widths ?? outputDefaults.widths).filter((width) => width !== '...') }
        : {
            width: output.width,
            densities: (output.densities ?? outputDefaults.densities).filter((density) => density !== '...'),
          },
    quality,
    effort: { ...outputDefaults.effort, ...withoutNulls(output.effort ?? {}) },
    crop: output.crop ?? undefined,
    position: output.position ?? outputDefaults.position,
    placeholder: output.placeholder ?? outputDefaults.placeholder,
    caption: output.caption ?? outputDefaults.caption,
  };
}

function withoutNulls<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
