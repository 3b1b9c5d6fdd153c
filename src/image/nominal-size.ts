import type { Size } from './plan.js';

/** What the models answer at 1K. @see https://ai.google.dev/gemini-api/docs/image-generation#aspect_ratios */
const nominalSizes: Readonly<Record<string, Size>> = {
  '1:1': { width: 1024, height: 1024 },
  '3:2': { width: 1264, height: 848 },
  '2:3': { width: 848, height: 1264 },
  '3:4': { width: 896, height: 1200 },
  '4:3': { width: 1200, height: 896 },
  '4:5': { width: 928, height: 1152 },
  '5:4': { width: 1152, height: 928 },
  '9:16': { width: 768, height: 1376 },
  '16:9': { width: 1376, height: 768 },
  '21:9': { width: 1584, height: 672 },
};

/** 1K: a square of 1024 pixels, whatever the shape. */
const AREA = 1024 * 1024;
/** Sides are multiples of it, as those of every row above. */
const STEP = 16;
/** Beyond it a picture is a line; it also keeps sides within what renderers take. */
const MAX_RATIO = 16;

/**
 * The size of a 1K picture of this shape, in pixels. Nominal: what a model sends is measured.
 *
 * A ratio without a row is computed at about the same area. Without a ratio, or with one that is none, a square.
 * @param aspectRatio `width:height`, for example `16:9`
 */
export function nominalSize(aspectRatio?: string): Size {
  const known = aspectRatio !== undefined && Object.hasOwn(nominalSizes, aspectRatio) && nominalSizes[aspectRatio];
  return { ...(known || sizeOf(parseRatio(aspectRatio ?? '1:1'))) };
}

/** Width divided by height; 1 for what is no ratio. */
function parseRatio(aspectRatio: string): number {
  const [, width, height] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(aspectRatio) ?? [];
  const ratio = Number(width) / Number(height);
  return ratio > 0 && Number.isFinite(ratio) ? Math.min(Math.max(ratio, 1 / MAX_RATIO), MAX_RATIO) : 1;
}

function sizeOf(ratio: number): Size {
  const side = (length: number) => Math.round(length / STEP) * STEP;
  return { width: side(Math.sqrt(AREA * ratio)), height: side(Math.sqrt(AREA / ratio)) };
}
