import { posix } from 'node:path';
import type { Place } from '../failure.js';
import { outputFormats } from '../image/formats.js';
import { type Output, outputDefaults } from '../image/output.js';
import { findTemplate, unescapeBraces } from './braces.js';
import { checkCapabilities, warningsOf } from './capabilities.js';
import { type Inheritable, mergeLayer, type ResolvedReference } from './merge.js';
import { DEFAULT_MODEL } from './models.js';
import type { Manifest } from './parse.js';
import { checkReference, unfilledTemplate } from './references.js';
import type { PresetInput } from './schema.js';

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

/**
 * Fills in what a manifest inherits and checks it against what its model takes.
 *
 * @throws `MANIFEST_INVALID`, pointing at the manifest's line, or at the config file where the value came from there
 */
export function resolveManifest(manifest: Manifest, defaults: DefaultsLayer | undefined): ResolvedImage {
  const outer = defaults ? inheritDefaults(defaults) : {};
  const { locator } = manifest;
  const inner = inheritableOf(manifest.input, manifest.file, (index) => locator.value(['references', index]));
  const merged = mergeLayer(mergeLayer({}, outer), inner);
  const placeOf = (field: string): Place =>
    defaults && isSet(outer, field) && !isSet(inner, field) ? { file: defaults.file } : locator.value([field]);

  const references = merged.references?.filter((reference) => reference !== '...') ?? [];
  const model = merged.model ?? DEFAULT_MODEL;
  const image = {
    address: manifest.file,
    picture: manifest.file,
    alt: manifest.input.alt === undefined ? undefined : unescapeBraces(manifest.input.alt),
    prompt: [manifest.input.prompt, ...stylesOf(manifest, defaults)].map(normalizeText).join('\n\n'),
    model,
    aspectRatio: merged.aspectRatio ?? (references.length === 0 ? '1:1' : undefined),
    imageSize: merged.imageSize ?? '1K',
    thinking: merged.thinking ?? undefined,
    take: manifest.input.take ?? 1,
    ownPrompt: normalizeText(manifest.input.prompt),
    origins: {},
    references,
    output: resolveOutput(merged.output ?? {}),
    warnings: warningsOf(model),
  };
  checkCapabilities(image, placeOf);
  return image;
}

/** As it is hashed and sent: trimmed, LF line ends, Unicode NFC, `\{{` for literal braces. */
function normalizeText(text: string): string {
  return unescapeBraces(text.replaceAll('\r\n', '\n').normalize('NFC').trim());
}

function stylesOf(manifest: Manifest, defaults: DefaultsLayer | undefined): string[] {
  const own = manifest.input.style;
  const styles = own === null ? [] : [defaults?.input.style, own];
  return styles.filter((style) => typeof style === 'string').filter((style) => style.trim() !== '');
}

/** The config's `defaults`, with the checks that a manifest's own fields have had when it was parsed. */
function inheritDefaults({ file, input }: DefaultsLayer): Inheritable {
  if (findTemplate(input.style ?? '') !== -1) throw unfilledTemplate('defaults.style', { file });
  for (const reference of input.references ?? []) checkReference(reference, () => ({ file }));
  return inheritableOf(input, file, () => ({ file }));
}

/** The layer without what does not merge, its paths made relative to the root. */
function inheritableOf(input: PresetInput, file: string, placeOf: (reference: number) => Place): Inheritable {
  const { model, aspectRatio, imageSize, thinking, references, output } = input;
  const files = references?.map((reference, index) =>
    reference === '...'
      ? reference
      : {
          kind: 'file' as const,
          path: posix.join(posix.dirname(file), unescapeBraces(reference)),
          place: () => placeOf(index),
        },
  );
  return { model, aspectRatio, imageSize, thinking, output, references: references === null ? null : files };
}

function isSet(layer: Inheritable, field: string): boolean {
  return (layer as Record<string, unknown>)[field] != null;
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
