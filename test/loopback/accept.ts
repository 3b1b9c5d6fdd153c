import type { Flavour, ImageAsk, RecordedRequest } from './call.js';
import { servedModels } from './models.js';
import { Refusal } from './refusal.js';
import { validateBody } from './validate.js';

/** Google documents 20 MB for a whole inline request. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** The model in a `generateContent` path, known or not. */
export function modelInPath(path: string): string | undefined {
  return /^\/v1beta\/models\/([^/:]+):generateContent$/.exec(path)?.[1];
}

/**
 * Everything that the service checks before it makes a picture, in its order: path, method, key, model, size, body.
 * Fills in the record's `body`.
 * @throws Refusal
 */
export function acceptRequest(request: RecordedRequest, flavour: Flavour, key: string): ImageAsk {
  const { model, method, path, headers, raw } = request;
  if (model === undefined) throw new Refusal(404, `Invalid URL (${method} ${path})`);
  if (method !== 'POST') throw new Refusal(405, `${method} is not allowed here`, { status: 'UNIMPLEMENTED' });
  if (flavour === 'google') checkGoogleKey(request, key);
  else checkGatewayKey(request, key);
  const served = servedModels.get(model);
  if (!served) throw unknownModel(model, flavour);
  if (raw.length > MAX_BODY_BYTES) {
    throw new Refusal(413, `Request payload size exceeds the limit: ${MAX_BODY_BYTES} bytes.`, {
      status: 'INVALID_ARGUMENT',
    });
  }
  if (!/^application\/json(?:\s*;|$)/i.test(headers['content-type'] ?? '')) {
    throw new Refusal(400, `Unsupported content type: ${headers['content-type'] ?? 'none'}`);
  }
  request.body = parseJson(raw);
  return validateBody(request.body, served);
}

function checkGoogleKey({ headers, query }: RecordedRequest, key: string): void {
  for (const name of query.keys()) {
    throw new Refusal(400, `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`);
  }
  const given = headers['x-goog-api-key'];
  if (given === undefined) {
    throw new Refusal(
      403,
      "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity.",
    );
  }
  if (given !== key) {
    throw new Refusal(400, 'API key not valid. Please pass a valid API key.', { reason: 'API_KEY_INVALID' });
  }
}

function checkGatewayKey({ query }: RecordedRequest, key: string): void {
  const given = query.get('key');
  if (given !== key) throw new Refusal(401, given === null ? 'No token provided' : 'Invalid token');
}

function unknownModel(model: string, flavour: Flavour): Refusal {
  if (flavour === 'google') {
    return new Refusal(
      404,
      `models/${model} is not found for API version v1beta, or is not supported for generateContent.`,
    );
  }
  return new Refusal(503, `No available channel for model ${model} under group default`, { code: 'model_not_found' });
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new Refusal(400, `Invalid JSON payload received. ${error.message}`);
    }
    throw error;
  }
}
