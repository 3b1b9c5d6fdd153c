import { replaceFile } from '../files/durable.js';
import { readIfExists } from '../files/errno.js';
import { sniffFormat } from '../files/sniff.js';
import type { OutputFormat } from '../image/formats.js';
import { type PlannedSize, planImage } from '../image/plan.js';
import type { Context } from '../session/context.js';
import { missingImages } from '../session/missing.js';
import { readEntry } from '../session/select.js';
import { refuseAmongOriginals, refuseOther } from './outside.js';

export interface ExportOptions {
  /** As the project names it. */
  address: string;
  /** Absolute path. */
  out: string;
  format: OutputFormat;
  /** Pixels, never more than there are; absent: all of them. */
  width?: number | undefined;
  /** `width:height`; absent: as the manifest says. */
  crop?: string | undefined;
  /** Only compare. */
  check: boolean;
}

export interface Export {
  width: number;
  height: number;
  /** `written`, `unchanged`; of a check `unchanged`, `missing`, `different`. */
  state: 'written' | 'unchanged' | 'missing' | 'different';
}

/**
 * Writes one file of an image under a name that does not change, encoded as the manifest says. Never buys: what does not
 * answer the present prompt is not exported.
 *
 * @throws `IMAGE_MISSING`, `CONFIG_INVALID` for a place among the originals, `CACHE_*`, `MANIFEST_*`, `REFERENCE_*`
 */
export async function exportImage(
  context: Context,
  { address, out, format, width, crop, check }: ExportOptions,
): Promise<Export> {
  const { config, originals, publisher, stateOf } = context;
  refuseAmongOriginals(originals.folder, out, '--out');
  if (!check) await refuseOther(out, '--out', (bytes) => sniffFormat(bytes) !== undefined);
  const entry = await readEntry(context, address);
  const state = await stateOf(entry);
  if (state.state !== 'ok') throw missingImages([{ entry, state }], [], config);

  const { output } = entry.image;
  const sizes = { widths: [width ?? ('original' as const)] };
  const one = { ...output, formats: [format], sizes, crop: crop ?? output.crop };
  const published = publisher.original({ ...entry, image: { ...entry.image, output: one } }, state.original);
  const [bytes] = await Promise.all(published.files.map((file) => file.read()));
  if (!bytes) throw new RangeError(`There is no file of ${address}`);
  const size = sizeOf(planImage(state.original.record.image, one).main);

  const present = await readIfExists(out);
  if (present?.equals(bytes)) return { ...size, state: 'unchanged' };
  if (check) return { ...size, state: present ? 'different' : 'missing' };
  await replaceFile(out, bytes);
  return { ...size, state: 'written' };
}

function sizeOf({ width, height }: PlannedSize): Pick<Export, 'width' | 'height'> {
  return { width, height };
}
