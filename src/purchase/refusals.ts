import { join } from 'node:path';
import * as z from 'zod';
import { type ErrorCode, isFailure, PromptImageError } from '../failure.js';
import { removeFile, replaceFile } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { shortKey } from '../originals/names.js';
import { ProviderError } from '../providers/provider.js';
import { sha256 } from '../request.js';
import type { Want } from './want.js';

/** What of it a refusal is about. */
type Refused = Pick<Want, 'key' | 'address'>;

/*
 * What a provider declined for good, by key: kept beside the originals, so that no build and no dev server asks again for
 * what may have been billed and brought nothing.
 */

const refusalSchema = z.strictObject({
  version: z.literal(1),
  key: z.string(),
  for: z.string(),
  provider: z.string(),
  code: z.string(),
  what: z.string(),
  next: z.string().optional(),
  at: z.iso.datetime(),
});

export interface Refusals {
  /** @throws `CACHE_CORRUPT` where the file cannot be understood */
  find: (want: Refused) => Promise<PromptImageError | undefined>;
  /** @returns the same failure, with how it can be asked for again */
  remember: (want: Refused, error: PromptImageError) => Promise<PromptImageError>;
  forget: (want: Pick<Refused, 'key'>) => Promise<void>;
}

/** Codes of failures after which the same call would bring the same, or nothing again for more money. */
const lasting: readonly ErrorCode[] = [
  'PROVIDER_REFUSED',
  'PROVIDER_NO_IMAGE',
  'PROVIDER_BAD_RESPONSE',
  'PROVIDER_FAILED',
  'IMAGE_INVALID',
  'PURCHASE_UNRESOLVED',
];

/** Whether a failure is remembered beyond the process. */
export function isLasting(error: unknown): boolean {
  return isFailure(error, ...lasting) && !(error instanceof ProviderError && error.retry !== 'never');
}

/** What somebody can do to have it asked for again. */
function askAgain({ address }: Refused): string {
  return `To ask again all the same: npx prompt-image generate --retry ${address}`;
}

/** @param provider its name: what one refuses, another may paint */
export function openRefusals(originalsFolder: string, provider: string): Refusals {
  const pathOf = ({ key }: Pick<Refused, 'key'>) =>
    join(originalsFolder, '.local', 'refusals', `${shortKey(key)}-${sha256(provider).slice(0, 8)}.json`);
  return {
    find: async (want) => {
      const refusal = await readRefusal(pathOf(want));
      if (!refusal || refusal.key !== want.key || refusal.provider !== provider) return undefined;
      return told(want, refusal.code as ErrorCode, refusal.what, refusal.next);
    },
    remember: async (want, error) => {
      const { code, what } = error;
      // It may come from here.
      const next = error.next?.replace(`\n${askAgain(want)}`, '');
      const at = new Date().toISOString();
      const fields = { version: 1, key: want.key, for: want.address, provider, code, what, next, at };
      await replaceFile(pathOf(want), `${JSON.stringify(fields, undefined, 2)}\n`);
      return told(want, code, what, next, error);
    },
    forget: async (want) => {
      const path = pathOf(want);
      if ((await readIfExists(path)) !== undefined) await removeFile(path);
    },
  };
}

function told(
  want: Refused,
  code: ErrorCode,
  what: string,
  next: string | undefined,
  cause?: PromptImageError,
): PromptImageError {
  const lines = [next, askAgain(want)].filter((line) => line !== undefined);
  return new PromptImageError(code, what, { next: lines.join('\n'), cause });
}

async function readRefusal(path: string): Promise<z.infer<typeof refusalSchema> | undefined> {
  try {
    const bytes = await readIfExists(path);
    return bytes && refusalSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError || isErrno(error))) throw error;
    throw new PromptImageError('CACHE_CORRUPT', `${path}, which says why a picture was refused, cannot be read`, {
      next: 'Nothing is bought in its place. Delete it to ask again.',
      cause: error,
    });
  }
}
