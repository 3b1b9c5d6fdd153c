import * as z from 'zod';
import { ProviderError } from '../provider.js';
import { parseRetryAfter } from '../retry-after.js';
import { auth, misdirected, modelGone, quota, type Verdict, verdictOf } from '../verdict.js';

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
  if (error?.code === 'model_not_found') return modelGone(model);
  if (error?.code === 'insufficient_user_quota') return quota;
  if (reasons.includes('API_KEY_INVALID')) return auth;
  if (status === 404 && error) return modelGone(model);
  if (status === 405 && !error) return misdirected('takes no calls there');
  if (status === 429 && perDay) return quota;
  return verdictOf(status);
}

/** Milliseconds: RetryInfo, else the words of the message, else the Retry-After header. */
function waitOf(error: ServiceError | undefined, header: string | null): number | undefined {
  const info = (error?.details ?? []).find(({ retryDelay }) => retryDelay)?.retryDelay;
  const seconds =
    /^(\d+(?:\.\d+)?)s$/.exec(info ?? '')?.[1] ?? /retry in (\d+(?:\.\d+)?)s/i.exec(error?.message ?? '')?.[1];
  if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  return parseRetryAfter(header);
}
