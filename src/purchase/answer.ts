import { types } from 'node:util';
import { type GeneratedPicture, type HostedPicture, ProviderError } from '../providers/provider.js';
import { canonicalJson } from '../request.js';
import type { PaidPicture } from './intents.js';

/** What a provider gave, in a form that can be kept: bytes or their address, texts, JSON. */
export type PaidAnswer = ({ bytes: Buffer } | { url: string }) &
  Pick<PaidPicture, 'caption' | 'modelVersion' | 'responseId' | 'usage'>;

/**
 * Reads what a provider gave, whatever it is. Bytes are paid for, so that what is wrong beside them is left out and never a
 * reason to lose them.
 *
 * @param redact takes keys out of texts, which are committed with the picture
 * @throws `PROVIDER_BAD_RESPONSE` where there are neither bytes nor an address
 */
export function readAnswer(answer: unknown, redact: (text: string) => string): PaidAnswer {
  const { bytes, url, caption, model, responseId, usage } = (answer ?? {}) as Partial<
    Record<keyof GeneratedPicture | keyof HostedPicture, unknown>
  >;
  const text = (name: string, value: unknown) =>
    typeof value === 'string' && value !== '' ? { [name]: redact(value).toWellFormed() } : {};
  return {
    ...(bytes === undefined && typeof url === 'string' ? { url } : { bytes: readBytes(answer, bytes) }),
    ...text('caption', caption),
    ...text('modelVersion', model),
    ...text('responseId', responseId),
    ...readUsage(usage, redact),
  };
}

function readBytes(answer: unknown, bytes: unknown): Buffer {
  // Other views and bare buffers are no promise that a provider has kept, but they are bytes.
  const view = types.isAnyArrayBuffer(bytes) ? new Uint8Array(bytes) : bytes;
  if (ArrayBuffer.isView(view) && view.byteLength > 0) {
    // A copy: the provider may go on to use its memory.
    return Buffer.from(Buffer.from(view.buffer, view.byteOffset, view.byteLength));
  }
  const isObject = typeof answer === 'object' && answer !== null;
  const what = ArrayBuffer.isView(view) ? 'no bytes at all' : `${nameOf(isObject ? bytes : answer)}`;
  throw new ProviderError('PROVIDER_BAD_RESPONSE', `the provider gave ${what} in place of a picture`, {
    next: 'Its generate() must give { bytes }, a Uint8Array with a PNG, JPEG, WebP or AVIF file.',
  });
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return `a ${typeof value}`;
}

/** As JSON has it. Providers pass on what a service said, and nobody knows what that may hold. */
function readUsage(usage: unknown, redact: (text: string) => string): Pick<PaidPicture, 'usage'> {
  if (usage === undefined) return {};
  const plain = (_: string, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'string' ? redact(value).toWellFormed() : value;
  };
  try {
    const copy: unknown = JSON.parse(JSON.stringify(usage, plain));
    // Refuses what records cannot hold.
    canonicalJson(copy);
    if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return {};
    return { usage: copy as NonNullable<PaidPicture['usage']> };
  } catch {
    // Cycles, getters that throw: a note beside the picture, for which the picture is not given up.
    return {};
  }
}

/** What a provider threw, without keys: some put the URL that they called into their messages. */
export function redactFailure(error: unknown, redact: (text: string) => string): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redact(error) : error;
  const message = redact(error.message);
  // Also not as a cause, which can be printed.
  if (!(error instanceof ProviderError)) return message === error.message ? error : new Error(message);
  const { code, what, next, retry, retryAfter } = error;
  return message === error.message
    ? error
    : new ProviderError(code, redact(what), { next: next && redact(next), retry, retryAfter });
}
