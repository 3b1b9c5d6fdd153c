import type { DerivedCache } from '../derivatives/cache.js';
import type { Derivatives, DerivedImage } from '../derivatives/derivatives.js';
import type { EncoderOperations } from '../derivatives/encoder/operations.js';
import { readResult } from '../derivatives/scratch.js';
import { renderXmp } from '../derivatives/xmp.js';
import { formats } from '../image/formats.js';
import { labelOf } from '../image/label.js';
import { nominalSize } from '../image/nominal-size.js';
import { createImage, type ImageFacts, type PromptImage } from '../image/object.js';
import { type PlannedFile, planImage } from '../image/plan.js';
import type { Original } from '../originals/originals.js';
import { draft } from '../providers/draft/draft.js';
import { staleBadge } from '../providers/draft/stale-badge.js';
import { canonicalJson, sha256 } from '../request.js';
import type { Picture } from './entry.js';

/** One file of a published picture. */
export interface PublishedFile {
  /** Of the picture. */
  address: string;
  /** For example `hero-640w.avif`: what bundlers put their own pattern and hash around. */
  name: string;
  /** Digest of all that determines the bytes; the same on every machine of a kind. */
  id: string;
  mimeType: string;
  read: () => Promise<Buffer>;
}

/** A picture that is ready to be served or emitted. Its files are made when they are read. */
export interface Published {
  address: string;
  files: readonly PublishedFile[];
  /** The one that an image's `src` names. */
  fallback: PublishedFile;
  /** Whether nothing of it must be made. */
  isMade: () => boolean;
  /** Makes all that is missing, from one decoded picture, and gives the bytes in the order of `files`. */
  readAll: () => Promise<Buffer[]>;
  /** The import's object. */
  image: (urlOf: (file: PublishedFile) => string) => Promise<PromptImage>;
}

export interface Publisher {
  /** A picture, as it is or marked as the last one of a prompt that has changed. */
  original: (entry: Picture, original: Original, stale?: 'stale') => Published;
  /** A stand-in in the right shape. @param reason why there is no picture, where something went wrong */
  draft: (entry: Picture, reason?: string) => Promise<Published>;
}

/** Moves when drafts are to look different, so that cached ones are painted again. */
const DESIGN = 1;

/** @param provenance whether files carry XMP */
export function createPublisher(
  cache: DerivedCache,
  derivatives: Derivatives,
  encoder: Pick<EncoderOperations, 'raster'>,
  provenance: boolean,
): Publisher {
  const publish = (entry: Picture, derived: DerivedImage, facts: Omit<ImageFacts, 'alt'>): Published => {
    const label = labelOf(entry.address);
    const files = derived.files.map(
      (file): PublishedFile => ({
        address: entry.address,
        name: `${label}-${file.width}w.${formats[file.format].extension}`,
        id: file.id,
        mimeType: formats[file.format].mimeType,
        read: () => derivatives.read(derived, file),
      }),
    );
    const fileOf = ({ width, format }: Pick<PlannedFile, 'width' | 'format'>) =>
      at(
        files,
        derived.files.findIndex((file) => file.width === width && file.format === format),
      );
    return {
      address: entry.address,
      files,
      fallback: fileOf(derived.plan.main),
      isMade: () => derivatives.isCached(derived),
      readAll: () => derivatives.readAll(derived),
      image: async (urlOf) => {
        const placeholder = await derivatives.placeholder(derived);
        const all = { alt: entry.image.alt ?? '', ...facts, ...placeholder };
        return createImage(derived.plan, all, (file) => urlOf(fileOf(file)));
      },
    };
  };

  return {
    original: (entry, { path, record }, stale) => {
      const { output } = entry.image;
      const { width, height } = record.image;
      const derived = derivatives.plan(
        {
          path,
          sha256: record.image.sha256,
          width,
          height,
          xmp: provenance ? renderXmp(record) : undefined,
          overlay: stale && staleBadge(planImage({ width, height }, output).region),
        },
        output,
      );
      return publish(entry, derived, {
        ...(output.caption && record.caption !== undefined ? { caption: record.caption } : {}),
        ...(stale ? { stale: true } : {}),
      });
    },

    draft: async (entry, reason) => {
      const { prompt, model, imageSize, take, aspectRatio } = entry.image;
      const request = { model, imageSize, take, references: [], ...(aspectRatio === undefined ? {} : { aspectRatio }) };
      const words = reason === undefined ? prompt : `${reason}\n\n${prompt}`;
      const id = sha256(canonicalJson({ draft: DESIGN, ...request, prompt: words }));
      let bytes = await cache.read(id);
      if (!bytes) {
        const raster = async (svg: string, size: { width: number; height: number }) =>
          (await readResult(cache, (target) => encoder.raster({ svg, ...size, target }))).bytes;
        const { signal } = new AbortController();
        bytes = Buffer.from((await draft().generate({ ...request, prompt: words }, { raster, signal })).bytes);
        await cache.write(id, bytes, 'png');
      }
      const source = { path: cache.pathOf(id), sha256: sha256(bytes), ...nominalSize(aspectRatio) };
      return publish(entry, derivatives.plan(source, entry.image.output), { draft: true });
    },
  };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`There is no file ${index}`);
  return item;
}
