import { posix } from 'node:path';
import { type Place, PromptImageError } from '../failure.js';
import { outputFormats } from '../image/formats.js';
import { type Output, outputDefaults } from '../image/output.js';
import { type Inheritable, mergeLayer, NothingInherited } from './merge.js';
import { capabilitiesOf, DEFAULT_MODEL, type ModelCapabilities } from './models.js';
import { hasTemplate, type Manifest } from './parse.js';
import type { PresetInput } from './schema.js';

/** A manifest with everything that it inherits filled in. */
export interface ResolvedImage {
  /** The manifest's path from the root: the address of the image. */
  address: string;
  alt: string | undefined;
  /** Final text: prompt, then styles from the outermost to the innermost, joined by blank lines. */
  prompt: string;
  model: string;
  aspectRatio: string | undefined;
  imageSize: string;
  thinking: string | undefined;
  take: number | string;
  /** Files, relative to the root with forward slashes; they may lead out of it. */
  references: readonly { path: string; place: Place }[];
  output: Output;
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
  const outer = defaults ? inheritableOf(defaults.input, defaults.file) : {};
  const inner = inheritableOf(manifest.input, manifest.file);
  const merged = merge(manifest, outer, inner, defaults?.file);
  const placeOf = (...path: string[]): Place =>
    isSet(inner, path) || !isSet(outer, path)
      ? manifest.locator.value(path)
      : { file: defaults?.file ?? manifest.file };

  const references = (merged.references ?? []).map((path, index) => ({
    path,
    place: isSet(inner, ['references']) ? manifest.locator.value(['references', index]) : placeOf('references'),
  }));
  const model = merged.model ?? DEFAULT_MODEL;
  const image: ResolvedImage = {
    address: manifest.file,
    alt: manifest.input.alt === undefined ? undefined : unescapeBraces(manifest.input.alt),
    prompt: [manifest.input.prompt, ...stylesOf(manifest, defaults)].map(normalizeText).join('\n\n'),
    model,
    aspectRatio: merged.aspectRatio ?? (references.length === 0 ? '1:1' : undefined),
    imageSize: merged.imageSize ?? '1K',
    thinking: merged.thinking ?? undefined,
    take: manifest.input.take ?? 1,
    references,
    output: resolveOutput(merged.output ?? {}),
  };
  checkCapabilities(image, capabilitiesOf(model), placeOf);
  return image;
}

/** As it is hashed and sent: trimmed, LF line ends, Unicode NFC, `\{{` for literal braces. */
export function normalizeText(text: string): string {
  return unescapeBraces(text.replace(/\r\n?/g, '\n').normalize('NFC').trim());
}

function unescapeBraces(text: string): string {
  return text.replaceAll('\\{{', '{{');
}

function stylesOf(manifest: Manifest, defaults: DefaultsLayer | undefined): string[] {
  const inherited = defaults?.input.style;
  if (inherited && hasTemplate(inherited)) {
    throw new PromptImageError(
      'MANIFEST_INVALID',
      '"defaults.style" has a template {{…}}, which only collections fill in',
      {
        place: { file: defaults.file },
        next: 'Write \\{{ for two literal braces.',
      },
    );
  }
  const own = manifest.input.style;
  const styles = own === null ? [] : [inherited, own];
  return styles.filter((style) => typeof style === 'string').filter((style) => style.trim() !== '');
}

/** The layer without what does not merge, its paths made relative to the root. */
function inheritableOf(input: PresetInput, file: string): Inheritable {
  const { model, aspectRatio, imageSize, thinking, references, output } = input;
  const paths = references?.map((reference) =>
    reference === '...' ? reference : posix.join(posix.dirname(file), reference),
  );
  return { model, aspectRatio, imageSize, thinking, output, references: references === null ? null : paths };
}

function merge(manifest: Manifest, outer: Inheritable, inner: Inheritable, configFile = ''): Inheritable {
  let inherited: Inheritable;
  try {
    inherited = mergeLayer({}, outer);
  } catch (error) {
    if (!(error instanceof NothingInherited)) throw error;
    throw nothingInherited(error, { file: configFile });
  }
  try {
    return mergeLayer(inherited, inner);
  } catch (error) {
    if (!(error instanceof NothingInherited)) throw error;
    throw nothingInherited(error, manifest.locator.value(error.path));
  }
}

function nothingInherited(cause: NothingInherited, place: Place): PromptImageError {
  return new PromptImageError(
    'MANIFEST_INVALID',
    '"..." stands for the inherited values, and nothing is inherited here',
    {
      place,
      next: 'Remove it.',
      cause,
    },
  );
}

function isSet(layer: Inheritable, path: readonly string[]): boolean {
  let value: unknown = layer;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value !== undefined && value !== null;
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

function checkCapabilities(
  image: ResolvedImage,
  model: ModelCapabilities | undefined,
  placeOf: (...path: string[]) => Place,
): void {
  if (!model) return;
  const one = (field: 'aspectRatio' | 'imageSize' | 'thinking', allowed: readonly string[]) => {
    const value = image[field];
    if (value === undefined || allowed.includes(value)) return;
    throw new PromptImageError(
      'MANIFEST_INVALID',
      `"${field}" ${JSON.stringify(value)} is not one that ${image.model} takes`,
      {
        place: placeOf(field),
        next: `It takes ${allowed.join(', ')}.`,
      },
    );
  };
  one('aspectRatio', model.aspectRatios);
  one('imageSize', model.imageSizes);
  one('thinking', model.thinking);
  if (image.references.length > model.maxReferences) {
    throw new PromptImageError(
      'MANIFEST_INVALID',
      `${image.references.length} references are more than ${image.model} takes`,
      {
        place: placeOf('references'),
        next: `It takes ${model.maxReferences}.`,
      },
    );
  }
}
