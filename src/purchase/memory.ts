import { isFailure, type PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { shortKey } from '../originals/names.js';
import { ProviderError } from '../providers/provider.js';
import { LONGEST_WAIT } from './attempt.js';
import { isLasting, type Refusals } from './refusals.js';
import type { Want } from './want.js';

/** Why pictures are not asked for again by themselves. */
export interface Memory {
  find: (want: Want) => Promise<PromptImageError | undefined>;
  /** What keeps calls from being made at all now, for this picture and others. */
  blockerOf: (want: Want) => PromptImageError | undefined;
  /** At once, before another call goes out that would fail in the same way. */
  noteBlocker: (want: Want, error: unknown) => void;
  /** @param asked whether the provider was asked for it @returns the same, with what can be done */
  remember: (want: Want, error: unknown, asked: boolean) => Promise<unknown>;
  /** What could not be stored of a key. */
  block: (key16: string, error: PromptImageError) => void;
  /** Somebody asks: what may have passed is tried again. Refusals last. */
  forgetPassing: () => void;
  /** There is a picture. */
  forget: (want: Want) => void;
}

/** By originals' folder, then by the first digits of the key. */
const passing = new Map<string, Map<string, PromptImageError>>();

/**
 * What a process knows of its purchases into one folder, however many projects it opens there: a restarted dev server, a build
 * of several compilers and the API all ask here. What is wrong with the key, the account or the model is remembered only
 * until the project is opened anew; what a model refused, beyond the process.
 *
 * @param isFree whether asking again costs nothing, so that nothing needs to last
 */
export function createMemory(originalsFolder: string, refusals: Refusals, isFree: boolean): Memory {
  const failures = passing.get(originalsFolder) ?? new Map<string, PromptImageError>();
  passing.set(originalsFolder, failures);
  const wide = new Map<string, PromptImageError>();
  const blockerOf: Memory['blockerOf'] = ({ request }) => wide.get('all') ?? wide.get(request.model);
  return {
    blockerOf,
    noteBlocker: (want, error) => {
      const scope = isFailure(error) ? scopeOf(want, error) : undefined;
      if (scope !== undefined && isFailure(error)) wide.set(scope, error);
    },

    find: async (want) => blockerOf(want) ?? failures.get(shortKey(want.key)) ?? (await refusals.find(want)),

    remember: async (want, error, asked) => {
      if (!isFailure(error) || error.code === 'ABORTED' || blockerOf(want)) return error;
      // What was asked for may have been billed. Other obstacles may go away by themselves.
      const lasts = isLasting(error) && !isFree;
      if (!lasts && (error instanceof ProviderError || asked)) failures.set(shortKey(want.key), error);
      if (!lasts) return error;
      try {
        return await refusals.remember(want, error);
      } catch (unwritable) {
        if (!isErrno(unwritable)) throw unwritable;
        // Then at least here; what the provider said is what there is to tell.
        failures.set(shortKey(want.key), error);
        return error;
      }
    },

    block: (key16, error) => failures.set(key16, error),

    forgetPassing: () => {
      failures.clear();
      wide.clear();
    },

    forget: (want) => failures.delete(shortKey(want.key)),
  };
}

/** Where a failure would be the same for other pictures: for all of them, or for those of its model. */
function scopeOf({ request }: Want, error: PromptImageError): string | undefined {
  if (error.code === 'PROVIDER_AUTH' || error.code === 'PROVIDER_QUOTA') return 'all';
  if (error.code === 'PROVIDER_MODEL_GONE') return request.model;
  const isLong = error instanceof ProviderError && (error.retryAfter ?? 0) > LONGEST_WAIT;
  return error.code === 'PROVIDER_RATE_LIMITED' && isLong ? 'all' : undefined;
}
