import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { PromptImageError } from '../../failure.js';
import { MAX_PIXELS } from './limits.js';
import type { EncoderOperations } from './operations.js';
import { from, type Pixels, toPixels } from './pixels.js';
import { slots } from './slots.js';
import { reasonOf } from './source.js';
import { writeFinished } from './write.js';

/** Comes with the package, beside the folder of the built files. */
const FONT = fileURLToPath(new URL('../assets/prompt-image-mono.ttf', import.meta.url));
const FAMILY = 'Prompt Image Mono';

/** Renders SVG to a PNG file. */
export const raster: EncoderOperations['raster'] = async ({ svg, width, height, target }) => {
  const pixels = await drawSvg(svg, { width, height });
  await writeFinished(target, await slots.run('answer', () => from(pixels).png({ compressionLevel: 6 }).toBuffer()));
};

/** Draws SVG at exactly this size. Given as bytes it has no location, so it cannot reach other files. */
export async function drawSvg(svg: string, { width, height }: { width: number; height: number }): Promise<Pixels> {
  fontReady ??= registerFont();
  await fontReady;
  try {
    const drawing = sharp(Buffer.from(svg), { limitInputPixels: MAX_PIXELS });
    return await toPixels(drawing.resize(width, height, { fit: 'fill', kernel: 'lanczos3' }).ensureAlpha(), 'answer');
  } catch (error) {
    throw new PromptImageError('IMAGE_INVALID', `An SVG document cannot be drawn: ${reasonOf(error)}`);
  }
}

let fontReady: Promise<void> | undefined;

/** Text from a font file makes the font known to the whole process, SVG included, whatever fonts the system has. */
async function registerFont(): Promise<void> {
  await sharp({ text: { text: FAMILY, font: FAMILY, fontfile: FONT } })
    .raw()
    .toBuffer();
}
