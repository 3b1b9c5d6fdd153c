import type { OutputFormat } from './formats.js';
import type { Output } from './output.js';

export interface Size {
  width: number;
  height: number;
}

/** One size of a picture, made in every format. */
export interface PlannedSize extends Size {
  /** As it stands in a srcset: `640w` or `2x`. */
  descriptor: string;
}

export interface PlannedFile extends PlannedSize {
  format: OutputFormat;
}

/** Which files a picture is published as. */
export interface ImagePlan {
  /** The part of the original that is shown; its size where there is no crop. */
  region: Size;
  /** Ascending by width. */
  sizes: readonly PlannedSize[];
  /** Formats, best first. */
  formats: readonly OutputFormat[];
  /** The one that `src` names: the largest, or the 1× picture, in the last format. */
  main: PlannedFile;
}

/** Which files an original of this size gives. Nothing is enlarged: what would be is made at the original's size, once. */
export function planImage(original: Size, output: Output): ImagePlan {
  const region = output.crop === undefined ? original : cropSize(original, output.crop);
  const sizes = 'widths' in output.sizes ? byWidth(region, output.sizes.widths) : byDensity(region, output.sizes);
  return { region, sizes, formats: output.formats, main: mainFile(sizes, output) };
}

export function plannedFiles(plan: ImagePlan): PlannedFile[] {
  return plan.formats.flatMap((format) => plan.sizes.map((size) => ({ ...size, format })));
}

/** The largest part of the original that has this ratio. */
function cropSize({ width, height }: Size, crop: string): Size {
  const [across = 1, down = 1] = crop.split(':').map(Number);
  const ratio = across / down;
  return width / height > ratio
    ? { width: Math.max(1, Math.round(height * ratio)), height }
    : { width, height: Math.max(1, Math.round(width / ratio)) };
}

function byWidth(region: Size, wanted: readonly (number | 'original')[]): PlannedSize[] {
  const widths = wanted.map((width) => (width === 'original' ? region.width : Math.min(width, region.width)));
  return [...new Set(widths)]
    .sort((a, b) => a - b)
    .map((width) => ({ ...scaled(region, width), descriptor: `${width}w` }));
}

function byDensity(region: Size, { width, densities }: { width: number; densities: readonly number[] }): PlannedSize[] {
  const base = Math.min(width, region.width);
  const widths = [1, ...densities].map((density) => Math.min(Math.round(base * density), region.width));
  return [...new Set(widths)]
    .sort((a, b) => a - b)
    .map((each) => ({ ...scaled(region, each), descriptor: `${Number((each / base).toFixed(5))}x` }));
}

function scaled(region: Size, width: number): Size {
  return { width, height: Math.max(1, Math.round((region.height * width) / region.width)) };
}

function mainFile(sizes: readonly PlannedSize[], output: Output): PlannedFile {
  const size = 'widths' in output.sizes ? sizes.at(-1) : sizes.find(({ descriptor }) => descriptor === '1x');
  const format = output.formats.at(-1);
  if (!size || !format) throw new RangeError('A picture is published in at least one size and format');
  return { ...size, format };
}
