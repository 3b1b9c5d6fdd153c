import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import type { ErrorCode } from '../../failure.js';
import { explainCut } from '../cut.js';
import { ProviderError } from '../provider.js';
import { parseRetryAfter } from '../retry-after.js';
import { modelGone, quota, type Verdict, verdictOf } from '../verdict.js';
import type { ImageModel } from './model.js';
import { redact } from './words.js';

/** The SDK's errors by what they hold: every package may bring a class of its own. What has another type counts as absent. */
const errorSchema = z.object({
  name: z.string().catch(''),
  message: z.string().catch(''),
  statusCode: z.number().optional().catch(undefined),
  responseBody: z.string().catch(''),
  responseHeaders: z.record(z.string(), z.string()).catch({}),
  cause: z.unknown().optional(),
});

type SdkError = z.infer<typeof errorSchema>;

/**
 * Services have no common code for a refusal: OpenAI says `moderation_blocked` and `content_policy_violation`, Azure
 * `content_filter`, Black Forest Labs `Content Moderated`, fal and Replicate `NSFW`.
 */
const refusal = /moderation|content.?(?:policy|filter|moderated)|safety.(?:system|filter)|nsfw|flagged/i;
/** OpenAI, Stability, fal, Replicate: an account without money, some of them with 403 or 429. */
const noMoney =
  /insufficient.(?:quota|credit|balance)|exceeded your current quota|exhausted balance|billing.(?:hard.)?limit/i;
const noModel = /model.not.found|model.+does not exist/i;

/** Errors without an answer of a service, by name. */
const named: Readonly<Record<string, [code: ErrorCode, what: string]>> = {
  AI_LoadAPIKeyError: ['PROVIDER_AUTH', 'the model has no key'],
  AI_LoadSettingError: ['PROVIDER_BAD_REQUEST', 'the model lacks a setting'],
  AI_NoSuchModelError: ['PROVIDER_MODEL_GONE', 'the service has no such model'],
  AI_NoImageGeneratedError: ['PROVIDER_NO_IMAGE', 'the model answered without a picture'],
  AI_NoContentGeneratedError: ['PROVIDER_NO_IMAGE', 'the model answered without a picture'],
  AI_EmptyResponseBodyError: ['PROVIDER_BAD_RESPONSE', 'the answer is empty'],
  AI_InvalidResponseDataError: ['PROVIDER_BAD_RESPONSE', 'the answer is not what the model expects'],
  AI_TypeValidationError: ['PROVIDER_BAD_RESPONSE', 'the answer is not what the model expects'],
  AI_InvalidArgumentError: ['PROVIDER_BAD_REQUEST', 'the model does not accept the request'],
  AI_InvalidPromptError: ['PROVIDER_BAD_REQUEST', 'the model does not accept the request'],
  AI_DownloadError: ['PROVIDER_BAD_RESPONSE', 'the picture cannot be downloaded'],
  AI_UnsupportedFunctionalityError: ['PROVIDER_BAD_REQUEST', 'the model does not accept the request'],
};

const remedies: Partial<Record<ErrorCode, string>> = {
  PROVIDER_AUTH: 'Check the key that the model in prompt-image.config is made with.',
  PROVIDER_MODEL_GONE: 'Make another model in prompt-image.config, and set defaults.model to its name.',
  PROVIDER_REFUSED: 'Change the prompt; asking again gives the same answer.',
};

/**
 * Tells apart what a model failed with. The error itself is not passed on, not even as a cause: it holds the address, the
 * headers and the whole request.
 */
export function explainFailure(error: unknown, model: ImageModel): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof Error)) return new ProviderError('PROVIDER_FAILED', `${model.provider} failed`);
  const parsed = errorSchema.parse(error);
  const { statusCode, name, message, cause } = parsed;
  const known = named[name];
  if (known) return new ProviderError(known[0], `${known[1]}: “${redact(message)}”`, { next: remedies[known[0]] });
  if (statusCode !== undefined && statusCode >= 300) return explainStatus(statusCode, parsed, model);
  if (statusCode !== undefined) return explainAnswer(cause);
  const code = codeOf(cause);
  const isCut = name === 'AI_APICallError' || (error instanceof TypeError && code !== undefined);
  if (isCut) return explainCut(model.provider, code ?? 'connection failed', 'Check the base URL of the model.');
  return new ProviderError('PROVIDER_FAILED', `${model.provider} failed: “${redact(message)}”`);
}

function explainStatus(status: number, error: SdkError, { modelId }: ImageModel): ProviderError {
  const { code, retry, what, next } = judge(status, error, modelId);
  // What a service says of a wrong key may be the key. Where it says nothing, the SDK says what the number means.
  const words = status === 401 || error.message === STATUS_CODES[status] ? '' : redact(error.message);
  const header = error.responseHeaders['retry-after'];
  return new ProviderError(code, `${what} (HTTP ${status})${words && `: “${words}”`}`, {
    retry,
    next: remedies[code] ?? next,
    retryAfter: retry === 'never' ? undefined : parseRetryAfter(header),
  });
}

function judge(status: number, { message, responseBody }: SdkError, modelId: string): Verdict {
  // Codes, not the whole body: services repeat the prompt there.
  const codes = [...responseBody.matchAll(/"(?:code|type)"\s*:\s*"([^"]*)"/g)].map(([, code]) => code);
  const said = [message, ...codes].join('\n');
  if (noModel.test(said)) return modelGone(modelId);
  if (noMoney.test(said)) return quota;
  if ([400, 403, 422, 451].includes(status) && refusal.test(said)) {
    return { code: 'PROVIDER_REFUSED', retry: 'never', what: 'the model refused' };
  }
  // A wrong address answers with a page, a service that lacks the model in its own form.
  if (status === 404 && isJson(responseBody)) return modelGone(modelId);
  return verdictOf(status);
}

/** A picture may be in it, paid for, so that one more attempt is the most. */
function explainAnswer(cause: unknown): ProviderError {
  const code = codeOf(cause);
  if (code !== undefined) {
    return new ProviderError('PROVIDER_BAD_RESPONSE', `the answer broke off (${code})`, { retry: 'once' });
  }
  if (cause instanceof Error && cause.name === 'AI_TypeValidationError') {
    return new ProviderError('PROVIDER_BAD_RESPONSE', 'the answer is not what the model expects');
  }
  const what = 'the answer is not JSON, or only a part of it';
  return new ProviderError('PROVIDER_BAD_RESPONSE', what, { retry: 'once' });
}

/** The code of the system or of undici, from the innermost error that has one. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = codeOf(error.cause);
  return inner ?? ('code' in error && typeof error.code === 'string' ? error.code : undefined);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
