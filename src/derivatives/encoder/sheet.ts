import { decode } from './decode.js';
import type { EncoderOperations } from './operations.js';
import { from, type Pixels, toPixels } from './pixels.js';
import { drawSvg } from './raster.js';
import { columnsFor, layOut } from './sheet-layout.js';
import { slots } from './slots.js';
import { readSource } from './source.js';
import { writeFinished } from './write.js';

/** Longest side in pixels that a picture is shown at. */
const LARGEST = 480;
/** The least that says anything about a picture. */
const SMALLEST = 96;
/** Pixels of all cells together: the more there are, the smaller each is. 24 megapixels are 96 MB in memory. */
const MOST_PIXELS = 24_000_000;

/** Pictures side by side, each with its words below it, on a dark ground. */
export const sheet: EncoderOperations['sheet'] = async ({ cells, group, target }) => {
  const columns = columnsFor(cells.length, group);
  const places = Math.ceil(cells.length / columns) * columns;
  const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(Math.sqrt(MOST_PIXELS / places))));
  const pictures: (Pixels | undefined)[] = [];
  // One after the other: whole pictures are large, and all of them at once would be held at the same time.
  for (const { source } of cells) pictures.push(source === undefined ? undefined : await shown(source, side));
  const labelled = cells.map((cell, index) => ({ ...cell, picture: pictures[index] }));
  const { svg, corners, ...size } = layOut(labelled, columns);
  const { data, ...raw } = await drawSvg(svg, size);
  const overlays = pictures.flatMap((picture, index) => {
    const { left = 0, top = 0 } = corners[index] ?? {};
    return picture ? [{ input: picture.data, raw: sizeOf(picture), left, top }] : [];
  });
  const drawing = from({ data, ...raw })
    .composite(overlays)
    .removeAlpha()
    .png({ compressionLevel: 9 });
  await writeFinished(target, await slots.run('answer', () => drawing.toBuffer()));
};

/** A picture inside a square; a small one as it is. */
async function shown(source: string, side: number): Promise<Pixels> {
  const pixels = await decode(await readSource(source, 'IMAGE_INVALID'), 'answer');
  const fitted = from(pixels).resize(side, side, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' });
  return toPixels(fitted, 'answer');
}

function sizeOf({ width, height, channels }: Pixels): Omit<Pixels, 'data'> {
  return { width, height, channels };
}
