import { explainCut } from '../connection.js';
import { type GenerateContext, type GeneratedPicture, type ImageRequest, ProviderError } from '../provider.js';
import { createRedactor, printable } from '../redact.js';
import { parseErrorResponse } from './errors.js';
import { renderRequest } from './request.js';
import { parseResponse } from './response.js';

/** Where a Gemini API is and how it wants its key. */
export interface GeminiService {
  name: string;
  baseUrl: string;
  keyNames: readonly string[];
  authenticate: (url: URL, headers: Headers, apiKey: string) => void;
}

/** Far above any 4K picture in base64; what is larger is not an answer. */
const MAX_RESPONSE_BYTES = 100 * 1024 * 1024;
/** The API's limit for a request with inline pictures. */
const MAX_REQUEST_BYTES = 20 * 1024 * 1024;

/**
 * Makes one call.
 *
 * @param base address of the service, without a slash at its end
 * @throws {@link ProviderError} in which the key stands nowhere
 */
export async function call(
  service: GeminiService,
  base: string,
  key: string,
  request: ImageRequest,
  { signal }: GenerateContext,
): Promise<GeneratedPicture> {
  const url = new URL(`${base}/v1beta/models/${encodeURIComponent(request.model)}:generateContent`);
  const headers = new Headers({ 'content-type': 'application/json' });
  service.authenticate(url, headers, key);
  const body = JSON.stringify(renderRequest(request));
  const size = Buffer.byteLength(body);
  if (size > MAX_REQUEST_BYTES) {
    throw new ProviderError('PROVIDER_BAD_REQUEST', `the request has ${Math.round(size / 1e6)} MB; 20 MB is the most`, {
      next: 'Reference fewer or smaller pictures.',
    });
  }
  const redact = createRedactor(key);
  try {
    const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await readText(response);
    if (!response.ok) {
      const retryAfter = response.headers.get('retry-after');
      throw parseErrorResponse({ status: response.status, body: text, retryAfter }, request.model);
    }
    const { bytes, ...words } = parseResponse(parseJson(text));
    // They are recorded beside the picture, and records are committed.
    const clean = (_: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
    return { bytes, ...(JSON.parse(JSON.stringify(words, clean)) as typeof words) };
  } catch (error) {
    throw signal.aborted ? signal.reason : presentable(error, redact);
  }
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    // The failure itself is not passed on as a cause: it can hold the URL, and so the key.
    throw explainCut(url.host, causeCode(error));
  }
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'connection failed';
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_RESPONSE_BYTES) break;
    }
  } catch (error) {
    throw new ProviderError('PROVIDER_BAD_RESPONSE', `the answer broke off (${causeCode(error)})`, { retry: 'once' });
  }
  if (size > MAX_RESPONSE_BYTES) {
    throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the answer is larger than 100 MB');
  }
  // Not toString: a byte order mark must not cost a picture.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the answer is not JSON, or only a part of it', { retry: 'once' });
  }
}

function presentable(error: unknown, redact: (text: string) => string): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { code, what, next, retry, retryAfter } = error;
  return new ProviderError(code, printable(redact(what)), { next, retry, retryAfter });
}
