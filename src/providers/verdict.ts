import type { ErrorCode } from '../failure.js';
import type { Retry } from './provider.js';

/** What an answer other than 200 means. */
export interface Verdict {
  code: ErrorCode;
  retry: Retry;
  what: string;
  next?: string;
}

export const auth: Verdict = {
  code: 'PROVIDER_AUTH',
  retry: 'never',
  what: 'the service does not accept the key',
  next: 'Check the key in .env.local or in the environment.',
};

export const quota: Verdict = {
  code: 'PROVIDER_QUOTA',
  retry: 'never',
  what: 'the account has no quota left',
  next: 'Add credit, or wait until the quota is renewed.',
};

export function modelGone(model: string): Verdict {
  return {
    code: 'PROVIDER_MODEL_GONE',
    retry: 'never',
    what: `the service has no model ${model}`,
    next: [
      'Set defaults.model in prompt-image.config to one that it has.',
      'Pictures that you have answer for it, too, for nothing: npx prompt-image keep "**"',
    ].join('\n'),
  };
}

/** What the status alone says, where the service's own words say nothing more exact. */
export function verdictOf(status: number): Verdict {
  if (status === 402) return quota;
  if (status === 401 || status === 403) return auth;
  if (status === 404) return misdirected('found nothing there');
  if (status >= 300 && status < 400) return misdirected('redirects elsewhere, where the key must not follow');
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

/** Not the service answered, so that nothing was made and nothing was billed. */
export function misdirected(what: string): Verdict {
  return {
    code: 'PROVIDER_UNAVAILABLE',
    retry: 'never',
    what: `the service ${what}`,
    next: 'Check the provider’s baseUrl.',
  };
}
