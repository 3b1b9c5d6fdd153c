import { encoderOptions } from '../image/encoding.js';
import { formats } from '../image/formats.js';
import type { ImageFacts } from '../image/object.js';
import type { Output } from '../image/output.js';
import { type ImagePlan, type PlannedFile, planImage, plannedFiles } from '../image/plan.js';
import { canonicalJson, sha256 } from '../request.js';
import type { DerivedCache } from './cache.js';
import type { EncodeJob, EncoderOperations } from './encoder/operations.js';

/** A picture to derive files from. */
export interface Source {
  path: string;
  sha256: string;
  width: number;
  height: number;
  /** XMP packet for every file; absent: none. */
  xmp?: string | undefined;
  /** SVG drawn over the picture, of the picture's size. */
  overlay?: string | undefined;
}

/** A source, its output settings, and the files that they give. Nothing of it exists until asked for. */
export interface DerivedImage {
  source: Source;
  output: Output;
  plan: ImagePlan;
  /** Of what all files have in common. */
  digest: string;
  files: readonly DerivedFile[];
}

export interface DerivedFile extends PlannedFile {
  /** Digest of everything that determines the bytes. */
  id: string;
}

export type PlaceholderFacts = Pick<ImageFacts, 'color' | 'blurDataURL' | 'thumbhash'>;

/** Derived files: looked up, else encoded, each at most once however many ask. */
export interface Derivatives {
  plan: (source: Source, output: Output) => DerivedImage;
  /** The bytes of every file, in order, encoding what is missing from one decoded picture. */
  readAll: (image: DerivedImage) => Promise<Buffer[]>;
  read: (image: DerivedImage, file: DerivedFile) => Promise<Buffer>;
  placeholder: (image: DerivedImage) => Promise<PlaceholderFacts>;
  /** Whether nothing of it must be encoded. Looks at names alone: what is damaged is found out when it is read. */
  isCached: (image: DerivedImage) => boolean;
}

/** Part of every cache key; moves when the same input is to give other bytes. */
const PIPELINE = 1;

/**
 * @param versions all of `sharp.versions`: an encoder of another version gives other bytes
 */
export function createDerivatives(
  cache: DerivedCache,
  encoder: Pick<EncoderOperations, 'encode'>,
  versions: Record<string, string | undefined>,
): Derivatives {
  const inFlight = new Map<string, Promise<void>>();
  const stamp = sha256(canonicalJson({ pipeline: PIPELINE, versions }));

  /** Of everything that all files of an image have in common. */
  const digestOf = ({ source, output, plan }: Omit<DerivedImage, 'files' | 'digest'>) =>
    sha256(
      canonicalJson({
        stamp,
        source: source.sha256,
        region: plan.region,
        ...(output.crop === undefined ? {} : { position: output.position }),
        ...(source.overlay === undefined ? {} : { overlay: source.overlay }),
      }),
    );
  // Not as canonical JSON, which takes ten times as long: what is hashed here is always put together in the same order.
  const idOf = (digest: string, operation: object) => sha256(JSON.stringify([digest, operation]));
  const placeholderId = ({ digest, output }: DerivedImage) => idOf(digest, { placeholder: output.placeholder });

  /** One job for all that is missing, so that the picture is decoded once. */
  const make = async (image: DerivedImage, wanted: readonly DerivedFile[], withPlaceholder: boolean): Promise<void> => {
    const kind = withPlaceholder && image.output.placeholder;
    const missing: DerivedFile[] = [];
    const waiting: Promise<void>[] = [];
    // No await between here and `inFlight.set`: two callers must not both find a file unclaimed.
    const claim = (id: string) => {
      const running = inFlight.get(id);
      if (running) waiting.push(running);
      return !running && !cache.has(id);
    };
    for (const file of wanted) if (claim(file.id)) missing.push(file);
    const placeholder = kind && claim(placeholderId(image)) ? kind : undefined;
    if (missing.length > 0 || placeholder) {
      const ids = [...missing.map(({ id }) => id), ...(placeholder ? [placeholderId(image)] : [])];
      const running = encode(image, missing, placeholder).finally(() => {
        for (const id of ids) inFlight.delete(id);
      });
      for (const id of ids) inFlight.set(id, running);
      waiting.push(running);
    }
    await Promise.all(waiting);
  };

  const encode = async (
    image: DerivedImage,
    files: DerivedFile[],
    placeholder: EncodeJob['placeholder'],
  ): Promise<void> => {
    const { source, output, plan } = image;
    const targets = await Promise.all(files.map(() => cache.temporary()));
    const result = await encoder.encode({
      source: source.path,
      ...(output.crop === undefined ? {} : { crop: { ...plan.region, position: output.position } }),
      ...(source.overlay === undefined ? {} : { overlay: source.overlay }),
      ...(source.xmp === undefined ? {} : { xmp: source.xmp }),
      files: files.map(({ width, height, format }, index) => ({
        target: targets[index] ?? '',
        width,
        height,
        format,
        options: encoderOptions(format, output),
      })),
      ...(placeholder ? { placeholder } : {}),
    });
    for (const [index, { id, format }] of files.entries()) {
      const path = targets[index] ?? '';
      await cache.adopt(id, { path, sha256: result.files[index]?.sha256 ?? '', extension: formats[format].extension });
    }
    if (placeholder) await cache.write(placeholderId(image), JSON.stringify(result.placeholder), 'json');
  };

  /** A damaged entry is made once more. */
  const readBack = async (id: string, again: () => Promise<void>): Promise<Buffer> => {
    const bytes = await cache.read(id);
    if (bytes) return bytes;
    await again();
    const written = await cache.read(id);
    if (!written) throw new Error(`The derived file ${id} cannot be read back from the cache`);
    return written;
  };

  const derivatives: Derivatives = {
    plan: (source, output) => {
      const plan = planImage(source, output);
      const digest = digestOf({ source, output, plan });
      const xmp = source.xmp === undefined ? null : sha256(source.xmp);
      const files = plannedFiles(plan).map((file) => {
        const { width, height, format } = file;
        return { ...file, id: idOf(digest, { width, height, format, options: encoderOptions(format, output), xmp }) };
      });
      return { source, output, plan, digest, files };
    },

    readAll: async (image) => {
      await make(image, image.files, true);
      return Promise.all(image.files.map((file) => derivatives.read(image, file)));
    },

    read: async (image, file) => {
      await make(image, [file], false);
      return readBack(file.id, () => make(image, [file], false));
    },

    placeholder: async (image) => {
      if (!image.output.placeholder) return {};
      await make(image, [], true);
      const bytes = await readBack(placeholderId(image), () => make(image, [], true));
      return JSON.parse(bytes.toString('utf8')) as PlaceholderFacts;
    },

    isCached: (image) =>
      image.files.every(({ id }) => cache.has(id)) && (!image.output.placeholder || cache.has(placeholderId(image))),
  };
  return derivatives;
}
