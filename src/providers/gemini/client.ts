import {
  type GenerateContext,
  type GeneratedPicture,
  type ImageRequest,
  type KeyedProvider,
  ProviderError,
} from '../provider.js';
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

/** Failures before anything was sent: nobody was billed. */
const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A provider for any service that speaks the native Gemini API. The key stays in this closure. */
export function createGemini(service: GeminiService, apiKey?: string): KeyedProvider {
  const base = parseBase(service.baseUrl);
  const key = apiKey?.trim().replace(/^(["'])(.*)\1$/, '$2');
  return {
    name: service.name,
    keyNames: service.keyNames,
    hasKey: Boolean(key),
    usesKey: (candidate) => Boolean(key) && candidate === key,
    withKey: (given) => (key ? createGemini(service, key) : createGemini(service, given)),
    generate: async (request, context) => call(service, base, requireKey(service, key), request, context),
  };
}

function parseBase(baseUrl: string): string {
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
    throw new ProviderError('CONFIG_INVALID', `baseUrl ${JSON.stringify(baseUrl)} is not a URL`, {
      next: 'For example https://www.anyfast.ai',
    });
  }
  return baseUrl.replace(/\/+$/, '');
}

function requireKey({ keyNames }: GeminiService, key: string | undefined): string {
  if (!key) {
    throw new ProviderError('PROVIDER_AUTH', `there is no ${keyNames[0]}`, {
      next: `Put ${keyNames[0]}=… into .env.local, which must not be committed.`,
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ProviderError('PROVIDER_AUTH', `${keyNames[0]} has characters that no key has`, {
      next: 'Paste it again.',
    });
  }
  return key;
}

async function call(
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
  if (body.length > MAX_REQUEST_BYTES) {
    throw new ProviderError(
      'PROVIDER_BAD_REQUEST',
      `the request has ${Math.round(body.length / 1e6)} MB; 20 MB is the most`,
      {
        next: 'Reference fewer or smaller pictures.',
      },
    );
  }
  try {
    const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await readText(response);
    if (response.status !== 200) {
      const retryAfter = response.headers.get('retry-after');
      throw parseErrorResponse({ status: response.status, body: text, retryAfter }, request.model);
    }
    return parseResponse(parseJson(text));
  } catch (error) {
    throw signal.aborted ? signal.reason : withoutKey(error, key);
  }
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const code = causeCode(error);
    const before = unsent.has(code);
    // The failure itself is not passed on as a cause: it can hold the URL, and so the key.
    throw new ProviderError(
      'PROVIDER_UNAVAILABLE',
      `${url.host} ${before ? 'cannot be reached' : 'cut the connection'} (${code})`,
      {
        retry: before ? 'safely' : code.includes('CERT') ? 'never' : 'once',
        next: before ? 'Check the network and the provider’s baseUrl.' : undefined,
      },
    );
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
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the answer is not JSON, or only a part of it', { retry: 'once' });
  }
}

/** Services echo what they were sent. The key must not come back out in a message, in any spelling. */
function withoutKey(error: unknown, key: string): unknown {
  if (!(error instanceof ProviderError)) return error;
  const spellings = [
    key,
    encodeURIComponent(key),
    Buffer.from(key).toString('base64'),
    Buffer.from(key).toString('base64url'),
  ];
  const redact = (text: string) => spellings.reduce((clean, spelling) => clean.replaceAll(spelling, '[key]'), text);
  if (redact(error.message) === error.message) return error;
  const { code, what, next, retry, retryAfter } = error;
  return new ProviderError(code, redact(what), { next, retry, retryAfter });
}
