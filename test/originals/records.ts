import type { OriginalRecord } from '../../src/originals/record.js';
import { type KeyedRequest, keyOf, sha256 } from '../../src/request.js';

/** Bytes that pass for a PNG wherever nobody decodes them. */
export const pictureOf = (seed: string): Buffer => Buffer.from(`\x89PNG\r\n\x1a\n${seed}`, 'latin1');

/** A record of `picture`, without its own hash. */
export function barn(
  picture: Uint8Array = pictureOf('barn'),
  changes: Partial<OriginalRecord> = {},
): Omit<OriginalRecord, 'self'> {
  const request: KeyedRequest = {
    v: 1,
    model: 'gemini-3.1-flash-lite-image',
    prompt: 'A barn, “red” \ufffd',
    aspectRatio: '1:1',
    imageSize: '1K',
    references: [sha256('a photo')],
    ...(changes.request ?? {}),
  };
  return {
    version: 1,
    key: keyOf(request),
    for: 'src/barn.image.json',
    image: { sha256: sha256(picture), bytes: picture.length, width: 8, height: 8, format: 'png' },
    origin: 'generated',
    sourceType: 'trainedAlgorithmicMedia',
    caption: 'Here is the\nbarn.',
    provider: 'shop',
    model: request.model,
    usage: { total: 1132, '10': [1.5, null], '9': {} },
    createdAt: '2026-01-02T03:04:05.678Z',
    ...changes,
    request,
  };
}
