import * as z from 'zod';
import type { ErrorCode } from '../../failure.js';
import { ProviderError, type Retry } from '../provider.js';

/**
 * Google's `{ error: { code, message, status, details } }` and the gateways' `{ error: { message, type, code } }`. What has
 * another type counts as absent, so that one odd detail does not hide the service's words.
 */
const text = z.string().optional().catch(undefined);
const errorSchema = z.looseObject({
  error: z.looseObject({
    message: text,
    code: z.union([z.string(), z.number()]).optional().catch(undefined),
    details: z
      .array(
        z
          .looseObject({
            reason: text,
            retryDelay: text,
            violations: z
              .array(z.looseObject({ quotaId: text }).catch({}))
              .optional()
              .catch(undefined),
          })
          .catch({}),
      )
      .optional()
      .catch(undefined),
  }),
});

type ServiceError = z.infer<typeof errorSchema>['error'];

interface Verdict {
  code: ErrorCode;
  retry: Retry;
  what: string;
  next?: string;
}

export interface ErrorResponse {
  status: number;
  /** The body as text: JSON, or whatever a proxy put there. */
  body: string;
  retryAfter: string | null;
}

/** Tells apart what went wrong from an answer other than 200. */
export function parseErrorResponse({ status, body, retryAfter }: ErrorResponse, model: string): ProviderError {
  const error = parseBody(body);
  const { code, retry, what, next } = judge(status, error, model);
  const words = error?.message ? `: “${error.message}”` : '';
  // nginx, a CDN, a company's proxy: nothing on their pages helps but that it is one.
  const page = /^\s*</.test(body) ? ', a web page of what stands before the service' : '';
  return new ProviderError(code, `${what} (HTTP ${status}${page})${words}`, {
    retry,
    next,
    retryAfter: retry === 'never' ? undefined : waitOf(error, retryAfter),
  });
}

function parseBody(body: string): ServiceError | undefined {
  try {
    return errorSchema.safeParse(JSON.parse(body)).data?.error;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function judge(status: number, error: ServiceError | undefined, model: string): Verdict {
  const reasons = (error?.details ?? []).map(({ reason }) => reason);
  const perDay = (error?.details ?? []).some(({ violations }) =>
    violations?.some(({ quotaId }) => /PerDay/i.test(quotaId ?? '')),
  );
  const gone: Verdict = {
    code: 'PROVIDER_MODEL_GONE',
    retry: 'never',
    what: `the service has no model ${model}`,
    next: 'Set defaults.model in prompt-image.config to one that it has.',
  };
  const auth: Verdict = {
    code: 'PROVIDER_AUTH',
    retry: 'never',
    what: 'the service does not accept the key',
    next: 'Check the key in .env.local or in the environment.',
  };
  const quota: Verdict = {
    code: 'PROVIDER_QUOTA',
    retry: 'never',
    what: 'the account has no quota left',
    next: 'Add credit, or wait until the quota is renewed.',
  };
  if (error?.code === 'model_not_found') return gone;
  if (error?.code === 'insufficient_user_quota' || status === 402) return quota;
  if (reasons.includes('API_KEY_INVALID') || status === 401 || status === 403) return auth;
  if (status === 404 && error) return gone;
  if (status === 404) return misdirected('found nothing there');
  if (status === 405 && !error) return misdirected('takes no calls there');
  if (status >= 300 && status < 400) return misdirected('redirects elsewhere, where the key must not follow');
  if (status === 429 && perDay) return quota;
  if (status === 429)
    return { code: 'PROVIDER_RATE_LIMITED', retry: 'safely', what: 'the service asks for fewer calls' };
  if (status === 408) return { code: 'PROVIDER_TIMEOUT', retry: 'safely', what: 'the service gave up waiting' };
  if (status === 504) return { code: 'PROVIDER_TIMEOUT', retry: 'once', what: 'the service did not answer in time' };
  if (status === 500 || status === 503) {
    return { code: 'PROVIDER_UNAVAILABLE', retry: 'safely', what: 'the service is not available' };
  }
  if (status > 500) return { code: 'PROVIDER_UNAVAILABLE', retry: 'once', what: 'the service is not available' };
  return { code: 'PROVIDER_BAD_REQUEST', retry: 'never', what: 'the service does not accept the request' };
}

/** No Gemini API answered, so that nothing was made and nothing was billed. */
function misdirected(what: string): Verdict {
  return {
    code: 'PROVIDER_UNAVAILABLE',
    retry: 'never',
    what: `the service ${what}`,
    next: 'Check the provider’s baseUrl.',
  };
}

/** Milliseconds: RetryInfo, else the words of the message, else the Retry-After header. */
function waitOf(error: ServiceError | undefined, header: string | null): number | undefined {
  const info = (error?.details ?? []).find(({ retryDelay }) => retryDelay)?.retryDelay;
  const seconds =
    /^(\d+(?:\.\d+)?)s$/.exec(info ?? '')?.[1] ?? /retry in (\d+(?:\.\d+)?)s/i.exec(error?.message ?? '')?.[1];
  if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  return parseRetryAfter(header);
}

/** A Retry-After header, seconds or a date, in milliseconds from now. */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1000);
  // Without the test, dates are found in numbers, too: "-1" is in 2001.
  const date = /^[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
