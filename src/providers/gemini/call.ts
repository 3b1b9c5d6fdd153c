import type { Response } from 'undici';
import {
  type GenerateContext,
  type GeneratedPicture,
  type HostedPicture,
  type ImageRequest,
  ProviderError,
} from '../provider.js';
import { createRedactor, printable } from '../redact.js';
import { parseErrorResponse } from './errors.js';
import { renderRequest } from './request.js';
import { parseResponse } from './response.js';
import { codeOfCut, readBytes, send } from './send.js';
import type { GeminiService } from './service.js';

/** The API's limit for a request with inline pictures. */
const MAX_REQUEST_BYTES = 20 * 1024 * 1024;

type Redact = (text: string) => string;

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
): Promise<GeneratedPicture | HostedPicture> {
  const url = new URL(`${base}/v1beta/models/${encodeURIComponent(request.model)}:generateContent`);
  const headers = new Headers({ 'content-type': 'application/json' });
  service.authenticate(url, headers, key);
  const redact = createRedactor(key);
  try {
    const body = renderBody(request);
    const init = { method: 'POST', headers: [...headers], body, signal };
    const read = (response: Response) => readAnswer(response, request.model);
    return withoutKey(await send(url, init, read, { advice: 'Check the provider’s baseUrl.' }), redact);
  } catch (error) {
    throw signal.aborted ? signal.reason : presentable(error, redact);
  }
}

function renderBody(request: ImageRequest): string {
  const body = JSON.stringify(renderRequest(request));
  const size = Buffer.byteLength(body);
  if (size <= MAX_REQUEST_BYTES) return body;
  throw new ProviderError('PROVIDER_BAD_REQUEST', `the request has ${Math.round(size / 1e6)} MB; 20 MB is the most`, {
    next: 'Reference fewer or smaller pictures.',
  });
}

async function readAnswer(response: Response, model: string): Promise<GeneratedPicture | HostedPicture> {
  const bytes = await readBytes(response).catch((error: unknown) => {
    const what = `the answer broke off (${codeOfCut(error)})`;
    throw new ProviderError('PROVIDER_BAD_RESPONSE', what, { retry: 'once' });
  });
  if (!bytes) throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the answer is larger than 100 MB');
  // Not toString: a byte order mark must not cost a picture.
  const text = new TextDecoder().decode(bytes);
  if (response.ok) return parseResponse(parseJson(text));
  throw parseErrorResponse(
    { status: response.status, body: text, retryAfter: response.headers.get('retry-after') },
    model,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const page = /^\s*</.test(text);
    const what = page ? 'the answer is a web page, not JSON' : 'the answer is not JSON, or only a part of it';
    const next = page ? 'Check the provider’s baseUrl.' : undefined;
    throw new ProviderError('PROVIDER_BAD_RESPONSE', what, { retry: 'once', next });
  }
}

/** An answer's words are recorded beside the picture, and records are committed. */
function withoutKey(answer: GeneratedPicture | HostedPicture, redact: Redact): GeneratedPicture | HostedPicture {
  const clean = (_: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
  const cleanCopy = <T>(words: T) => JSON.parse(JSON.stringify(words, clean)) as T;
  if ('bytes' in answer) {
    const { bytes, ...words } = answer;
    return { bytes, ...cleanCopy(words) };
  }
  const { url, ...words } = answer;
  if (redact(url) === url) return { url, ...cleanCopy(words) };
  throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the link to the picture is refused: it holds the key');
}

function presentable(error: unknown, redact: Redact): unknown {
  if (!(error instanceof ProviderError)) return error;
  const { code, what, next, retry, retryAfter } = error;
  return new ProviderError(code, printable(redact(what)), { next, retry, retryAfter });
}
