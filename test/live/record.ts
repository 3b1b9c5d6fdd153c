import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { brotliDecompressSync, inflateSync, unzipSync } from 'node:zlib';

export interface RecordedAnswer {
  status: number;
  /** JSON, or text where it is none. */
  body: unknown;
}

interface Heard {
  request: object;
  response?: { statusCode: number; headers: Buffer[] };
  chunk?: Buffer;
}

/**
 * Listens to what arrives from now on, before the provider makes anything of it.
 *
 * @returns ends that and gives back every answer with text; downloads of pictures are not kept
 */
export function recordAnswers(): () => RecordedAnswer[] {
  const answers = new Map<object, { status: number; headers: string[]; chunks: Buffer[] }>();
  const onHeaders = (message: unknown) => {
    const { request, response } = message as Heard;
    const headers = (response?.headers ?? []).map((text) => text.toString('latin1').toLowerCase());
    answers.set(request, { status: response?.statusCode ?? 0, headers, chunks: [] });
  };
  const onChunk = (message: unknown) => {
    const { request, chunk } = message as Heard;
    if (chunk) answers.get(request)?.chunks.push(Buffer.from(chunk));
  };
  subscribe('undici:request:headers', onHeaders);
  subscribe('undici:request:bodyChunkReceived', onChunk);
  return () => {
    unsubscribe('undici:request:headers', onHeaders);
    unsubscribe('undici:request:bodyChunkReceived', onChunk);
    return [...answers.values()]
      .filter(({ headers }) => !/^image\//.test(headerOf(headers, 'content-type')))
      .map(({ status, headers, chunks }) => ({
        status,
        body: parse(unpack(Buffer.concat(chunks), headerOf(headers, 'content-encoding'))),
      }));
  };
}

/** Names and values alternate. */
function headerOf(headers: string[], name: string): string {
  const index = headers.findIndex((each, position) => position % 2 === 0 && each === name);
  return index < 0 ? '' : (headers[index + 1] ?? '');
}

function unpack(bytes: Buffer, encoding: string): string {
  const unpackers: Record<string, (bytes: Buffer) => Buffer> = {
    gzip: unzipSync,
    deflate: inflateSync,
    br: brotliDecompressSync,
  };
  return (unpackers[encoding]?.(bytes) ?? bytes).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
