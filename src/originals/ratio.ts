import type { OriginalRecord } from './record.js';

/** Models round to multiples of 16 px, which moves a ratio by up to 2.4 %; more than this is another ratio. */
const TOLERANCE = 0.03;

/** A sentence where a picture has not the ratio that was asked for. Some gateways drop it in silence. */
export function explainRatio({ request, image }: OriginalRecord): string | undefined {
  const [across, down] = (request.aspectRatio ?? '').split(':').map(Number);
  if (!across || !down) return undefined;
  const off = Math.abs(image.width / image.height / (across / down) - 1);
  if (off <= TOLERANCE) return undefined;
  return `${image.width}×${image.height} is not the ${request.aspectRatio} that was asked for`;
}
