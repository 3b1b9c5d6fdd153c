import type { OutputFormat } from '../../image/formats.js';

/** What a decoded picture is. Sizes are of the upright picture, EXIF orientation applied. */
export interface PictureFacts {
  format: OutputFormat;
  width: number;
  height: number;
  /** The XMP packet that the file carries, if any. */
  xmp?: string;
}

export interface EncodeJob {
  /** Path of the original. */
  source: string;
  /** Cut before anything is resized: size in pixels of the original, and sharp's words for where. Absent: all of it. */
  crop?: { width: number; height: number; position: string };
  /** An SVG document drawn over the picture's full size before it is resized: the mark of a stale picture. */
  overlay?: string;
  /** XMP packet to write into every file; absent: no metadata at all. */
  xmp?: string;
  files: readonly {
    /** Path to write; appears there only when complete. */
    target: string;
    width: number;
    height: number;
    format: OutputFormat;
    /** Every option of sharp's encoder for that format, none left to its defaults. */
    options: Record<string, string | number | boolean>;
  }[];
  placeholder?: 'blur' | 'thumbhash' | 'color';
}

export interface EncodeResult {
  /** One entry per requested file, in order. */
  files: { bytes: number; sha256: string }[];
  placeholder?: { color: string; blurDataURL?: string; thumbhash?: string };
}

/** A contact sheet: pictures in rows, each with words below it. */
export interface SheetJob {
  cells: readonly {
    /** Path of the picture; absent where there is none to show, which leaves its place empty. */
    source?: string;
    /** Its first line is the name; what follows stands below it in smaller type. Lines that are too long are shortened in their middle. */
    label: string;
    /** Whether this is the one that is meant: it has a frame. @default false */
    mark?: boolean;
  }[];
  /** How many cells stay beside each other, as 2 for before and after: rows of one such group, of several where there are many. */
  group?: number;
  /** Path to write the PNG to; appears there only when complete. */
  target: string;
}

/**
 * What the encoder's process can be asked to do. Paths cross the pipe between the processes, never pixels: a megabyte
 * costs 20 ms to send and nothing to leave on disk.
 */
export interface EncoderOperations {
  /** Decodes every pixel, so that a truncated file is found out. Throws `IMAGE_INVALID`. */
  inspect: (path: string) => Promise<PictureFacts>;
  encode: (job: EncodeJob) => Promise<EncodeResult>;
  /**
   * Upright, without metadata, at most 2048 px a side; the bytes as they are where nothing of that had to change. Throws
   * `REFERENCE_INVALID`, which calls the file by its `name`.
   */
  prepareReference: (job: {
    source: string;
    name: string;
    target: string;
  }) => Promise<{ mimeType: 'image/png' | 'image/jpeg' | 'image/webp' }>;
  /** Renders SVG to a PNG of exactly this size. The family `Prompt Image Mono` is there on machines without fonts, too. */
  raster: (job: { svg: string; width: number; height: number; target: string }) => Promise<void>;
  /** Draws a contact sheet. Throws `IMAGE_INVALID` where a picture cannot be decoded. */
  sheet: (job: SheetJob) => Promise<void>;
  /** All of `sharp.versions`, by component. */
  versions: () => Promise<Record<string, string | undefined>>;
}
