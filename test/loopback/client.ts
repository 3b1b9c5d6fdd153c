import type { Gemini } from './gemini.js';

export const LITE = 'gemini-3.1-flash-lite-image';

/** What a test changes about a request that is otherwise right. */
export interface Changes {
  model?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  /** The query, without `?`. */
  query?: string;
  /** A string is sent as it is. */
  body?: unknown;
  signal?: AbortSignal;
}

export interface TestBody {
  [field: string]: unknown;
  contents: { role: string; parts: Record<string, unknown>[] }[];
  generationConfig: Record<string, unknown>;
}

/** A request's body that the service accepts. */
export function validRequest(prompt = 'A quiet harbour', parts: Record<string, unknown>[] = []): TestBody {
  return {
    contents: [{ role: 'user', parts: [{ text: prompt }, ...parts] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: { aspectRatio: '16:9', imageSize: '1K' },
      thinkingConfig: { thinkingLevel: 'high' },
    },
  };
}

/** Asks with Google's header, or the gateway's query, as the loopback server wants it. */
export function ask(
  gemini: Gemini,
  flavour: 'google' | 'anyfast' = 'google',
  changes: Changes = {},
): Promise<Response> {
  const { model = LITE, path = `/v1beta/models/${model}:generateContent`, method = 'POST' } = changes;
  const query = changes.query ?? (flavour === 'anyfast' ? `key=${encodeURIComponent(gemini.key)}` : '');
  const body = changes.body ?? validRequest();
  return fetch(`${gemini.url}${path}${query && `?${query}`}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(flavour === 'google' ? { 'x-goog-api-key': gemini.key } : {}),
      ...changes.headers,
    },
    redirect: 'manual',
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(changes.signal ? { signal: changes.signal } : {}),
  });
}

interface ErrorBody {
  code: number | string;
  message: string;
  status?: string;
  type?: string;
  details?: Record<string, unknown>[];
}

export async function errorOf(response: Response): Promise<ErrorBody> {
  const { error } = (await response.json()) as { error: ErrorBody };
  return error;
}

export interface ResponsePart {
  text?: string;
  thought?: boolean;
  thoughtSignature?: string;
  inlineData?: { mimeType: string; data?: string; url?: string };
  [field: string]: unknown;
}

export interface ResponseBody {
  candidates?: { content: { parts?: ResponsePart[] }; finishReason: string; finishMessage?: string }[] | null;
  data?: { url?: string; b64_json?: string }[];
  promptFeedback?: { blockReason: string };
  usageMetadata?: Record<string, unknown>;
  modelVersion?: string;
  responseId?: string;
}

export async function bodyOf(response: Response): Promise<ResponseBody> {
  return (await response.json()) as ResponseBody;
}

export async function partsOf(response: Response): Promise<ResponsePart[]> {
  return (await bodyOf(response)).candidates?.[0]?.content.parts ?? [];
}
