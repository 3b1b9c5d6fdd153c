import type { OutputFormat } from './formats.js';

/** What a crop keeps, in sharp's words. @see https://sharp.pixelplumbing.com/api-resize/ */
export const positions = [
  'attention',
  'entropy',
  'centre',
  'center',
  'top',
  'right top',
  'right',
  'right bottom',
  'bottom',
  'left bottom',
  'left',
  'left top',
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
] as const;

/** `width:height` */
export const RATIO = /^[1-9]\d{0,4}:[1-9]\d{0,4}$/;

/** How a picture is published: a manifest's `output` with everything filled in. */
export interface Output {
  /** Best first; the last is the fallback. */
  formats: readonly OutputFormat[];
  /** Either widths in pixels, or one width in CSS pixels at several densities. */
  sizes: { widths: readonly (number | 'original')[] } | { width: number; densities: readonly number[] };
  quality: { avif: number; webp: number | 'lossless'; jpeg: number };
  effort: { avif: number };
  /** `width:height`. */
  crop: string | undefined;
  position: (typeof positions)[number];
  placeholder: 'blur' | 'thumbhash' | 'color' | false;
  caption: boolean;
}

/** `output` where nothing else is said; what `null` resets to and `"..."` starts from. */
export const outputDefaults = {
  formats: ['avif', 'webp', 'jpeg'],
  widths: [320, 640, 960, 'original'],
  densities: [1, 2],
  quality: { avif: 50, webp: 75, jpeg: 80 },
  effort: { avif: 3 },
  position: 'attention',
  placeholder: 'blur',
  caption: false,
} as const;
