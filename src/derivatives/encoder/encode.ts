import type { OutputFormat } from '../../image/formats.js';
import { decode } from './decode.js';
import type { EncodeJob, EncodeResult } from './operations.js';
import { from, type Pixels, resize, toPixels } from './pixels.js';
import { renderPlaceholder } from './placeholder.js';
import { drawSvg } from './raster.js';
import { slots } from './slots.js';
import { readSource } from './source.js';
import { writeFinished } from './write.js';

type File = EncodeJob['files'][number];
type Written = EncodeResult['files'][number];

/** Decodes once, resizes once per size, and encodes every format from the resized pixels. */
export async function encode({ source, crop, overlay, xmp, files, placeholder }: EncodeJob): Promise<EncodeResult> {
  const picture = await decode(await readSource(source, 'IMAGE_INVALID'), 'prepare', crop);
  const pixels = overlay === undefined ? picture : await drawOver(picture, overlay);

  const written = new Map<File, Written>();
  const outcomes = await Promise.allSettled(
    bySize(files).map(async (group) => {
      const resized = await resize(pixels, group[0].width, group[0].height);
      await Promise.all(group.map(async (file) => written.set(file, await encodeFile(resized, file, xmp))));
    }),
  );
  // Every file has settled: nothing is written any more once the caller knows of a failure.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;

  return {
    files: files.map((file) => written.get(file)!),
    ...(placeholder === undefined ? {} : { placeholder: await renderPlaceholder(pixels, placeholder) }),
  };
}

/** Largest first: the slowest encoding must not be the last to start. */
function bySize(files: readonly File[]): [File, ...File[]][] {
  const groups = new Map<string, [File, ...File[]]>();
  for (const file of files) {
    const size = `${file.width}x${file.height}`;
    const group = groups.get(size);
    if (group) group.push(file);
    else groups.set(size, [file]);
  }
  return [...groups.values()].sort(([a], [b]) => b.width * b.height - a.width * a.height);
}

async function encodeFile(
  pixels: Pixels,
  { format, options, target }: File,
  xmp: string | undefined,
): Promise<Written> {
  const pipeline = from(pixels);
  if (pixels.channels === 4 && !keepsAlpha(format)) pipeline.flatten({ background: '#ffffff' });
  if (xmp !== undefined) pipeline.withXmp(xmp);
  const bytes = await slots.run('encode', () => pipeline.toFormat(format, options).toBuffer());
  return writeFinished(target, bytes);
}

function keepsAlpha(format: OutputFormat): boolean {
  return format !== 'jpeg';
}

async function drawOver(pixels: Pixels, svg: string): Promise<Pixels> {
  const { data, width, height, channels } = await drawSvg(svg, pixels);
  const drawn = from(pixels).composite([{ input: data, raw: { width, height, channels } }]);
  return toPixels(pixels.channels === 3 ? drawn.removeAlpha() : drawn, 'prepare');
}
