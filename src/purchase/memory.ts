import { isFailure, type PromptImageError } from '../failure.js';
import { ProviderError } from '../providers/provider.js';
import { LONGEST_WAIT } from './attempt.js';
import { isLasting, type Refusals } from './refusals.js';
import type { Want } from './want.js';

/** Why pictures are not asked for again by themselves. */
export interface Memory {
  find: (want: Want) => Promise<PromptImageError | undefined>;
  /** @param asked whether the provider was asked for it */
  remember: (want: Want, error: unknown, asked: boolean) => Promise<void>;
  /** What could not be stored of a key. */
  block: (key16: string, error: PromptImageError) => void;
  /** Somebody asks: what may have passed is tried again. Refusals last. */
  forgetPassing: () => void;
  /** Somebody asks even for what was refused. */
  forgetRefusal: (want: Want) => Promise<void>;
}

/** By originals' folder, then by the first digits of the key. */
const passing = new Map<string, Map<string, PromptImageError>>();

/**
 * What a process knows of its purchases into one folder, however many projects it opens there: a restarted dev server, a build
 * of several compilers and the API all ask here. What is wrong with the key, the account or the model is remembered only
 * until the project is opened anew; what a model refused, beyond the process.
 */
export function createMemory(originalsFolder: string, refusals: Refusals): Memory {
  const failures = passing.get(originalsFolder) ?? new Map<string, PromptImageError>();
  passing.set(originalsFolder, failures);
  const wide = new Map<string, PromptImageError>();
  return {
    find: async (want) =>
      wide.get('all') ??
      wide.get(want.request.model) ??
      failures.get(want.key.slice(0, 16)) ??
      (await refusals.find(want)),

    remember: async (want, error, asked) => {
      if (!isFailure(error) || error.code === 'ABORTED') return;
      // What was asked for may have been billed. Other obstacles may go away by themselves.
      if (!(error instanceof ProviderError) && !asked) return;
      const scope = scopeOf(want, error);
      if (scope !== undefined) wide.set(scope, error);
      else if (isLasting(error)) await refusals.remember(want, error);
      else failures.set(want.key.slice(0, 16), error);
    },

    block: (key16, error) => failures.set(key16, error),

    forgetPassing: () => {
      failures.clear();
      wide.clear();
    },

    forgetRefusal: async (want) => {
      failures.delete(want.key.slice(0, 16));
      await refusals.forget(want);
    },
  };
}

/** Where a failure would be the same for other pictures: for all of them, or for those of its model. */
function scopeOf({ request }: Want, error: PromptImageError): string | undefined {
  if (error.code === 'PROVIDER_AUTH' || error.code === 'PROVIDER_QUOTA') return 'all';
  if (error.code === 'PROVIDER_MODEL_GONE') return request.model;
  const isLong = error instanceof ProviderError && (error.retryAfter ?? 0) > LONGEST_WAIT;
  return error.code === 'PROVIDER_RATE_LIMITED' && isLong ? 'all' : undefined;
}
