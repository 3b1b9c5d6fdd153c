import type { Answer, Flavour, HttpReply } from './call.js';

/** Everything that an error answer of either service may say. */
export interface ErrorOptions {
  /** Whose shape. @default the flavour of the server that answers */
  shape?: Flavour;
  message?: string;
  /** Google's name for the status. @default the usual one for the HTTP status */
  status?: string;
  /** The gateway's code. @default the usual one for the HTTP status */
  code?: string;
  /** The gateway's type. @default 'new_api_error' */
  type?: string;
  /** Google: RetryInfo, for example `18.5s`. */
  retryDelay?: string;
  /** Appended to the message as `Please retry in 22.23s.` */
  retryIn?: string;
  /** Google: the QuotaFailure of a daily limit. */
  perDay?: boolean;
  /** Google: the reason in an ErrorInfo, for example `API_KEY_INVALID`. */
  reason?: string;
  /** Google: fields of a BadRequest with what is wrong with each. */
  violations?: readonly { field: string; description: string }[];
  /** The Retry-After header: seconds, or an HTTP date. */
  retryAfter?: string;
}

const googleStatus: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const gatewayCode: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'invalid_api_key',
  403: 'insufficient_user_quota',
  404: 'not_found',
  429: 'rate_limit_exceeded',
};

/** An error in the shape of the service, for example `apiError(429, { retryDelay: '18.5s' })`. */
export function apiError(status: number, options: ErrorOptions = {}): Answer {
  return ({ flavour }) => errorReply(status, options.shape ?? flavour, options);
}

export function errorReply(status: number, flavour: Flavour, options: ErrorOptions = {}): HttpReply {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      ...(options.retryAfter === undefined ? {} : { 'retry-after': options.retryAfter }),
    },
    body: JSON.stringify({ error: (flavour === 'google' ? googleError : gatewayError)(status, options) }),
  };
}

function googleError(code: number, options: ErrorOptions) {
  const details = detailsOf(options);
  return {
    code,
    message: messageOf(code, options),
    status: options.status ?? googleStatus[code] ?? 'UNKNOWN',
    ...(details.length > 0 ? { details } : {}),
  };
}

function gatewayError(status: number, options: ErrorOptions) {
  return {
    message: messageOf(status, options),
    type: options.type ?? 'new_api_error',
    code: options.code ?? gatewayCode[status] ?? 'bad_response_status_code',
  };
}

function messageOf(status: number, { message = `The service answered ${status}.`, retryIn }: ErrorOptions): string {
  return retryIn === undefined ? message : `${message}\nPlease retry in ${retryIn}.`;
}

function detailsOf({ reason, violations, perDay, retryDelay }: ErrorOptions): Record<string, unknown>[] {
  const details: Record<string, unknown>[] = [];
  const add = (type: string, detail: object) =>
    details.push({ '@type': `type.googleapis.com/google.rpc.${type}`, ...detail });
  if (reason !== undefined) {
    add('ErrorInfo', { reason, domain: 'googleapis.com', metadata: { service: 'generativelanguage.googleapis.com' } });
  }
  if (violations) add('BadRequest', { fieldViolations: violations });
  if (perDay) {
    const quotaMetric = 'generativelanguage.googleapis.com/generate_requests_per_model_per_day';
    add('QuotaFailure', { violations: [{ quotaMetric, quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }] });
  }
  if (retryDelay !== undefined) add('RetryInfo', { retryDelay });
  return details;
}
