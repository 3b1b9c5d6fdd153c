import { join, relative } from 'node:path';
import { PromptImageError } from '../failure.js';
import type { Git } from '../files/git.js';
import { isKeyed, type Provider } from '../providers/provider.js';
import type { Environment } from './environment.js';

/** Whether builds and dev servers of this checkout may buy by themselves. */
export interface Consent {
  given: boolean;
  /** Where it is not given: what to do for it to be. */
  how: string;
}

/**
 * A repository cannot consent for the person who cloned it. A checkout consents by what git does not carry: the very key
 * that is used, in the root's `.env.local`, or `PROMPT_IMAGE_BUY=1`.
 *
 * @param keyElsewhere an `.env.local` in another folder that holds a key
 * @throws `CONFIG_INVALID` where `PROMPT_IMAGE_BUY` is committed
 */
export async function resolveConsent(
  root: string,
  provider: Provider,
  environment: Environment,
  git: Git,
  keyElsewhere: string | undefined,
): Promise<Consent> {
  const localFile = join(root, '.env.local');
  for (const file of environment.buyFiles) {
    if (git.top === undefined || !(await git.isTracked(file))) continue;
    throw new PromptImageError(
      'CONFIG_INVALID',
      `${relative(root, file)} sets PROMPT_IMAGE_BUY and is tracked by git`,
      {
        next: 'That would buy for everyone who clones the repository. Set it in the environment, or in an ignored .env.local.',
      },
    );
  }
  const given = { given: true, how: '' };
  const refused = (how: string) => ({ given: false, how });
  if (provider.free || environment.buys) return given;
  if (git.trouble !== undefined) {
    const [words] = git.trouble.split('\n');
    return refused(
      `Git does not say what is committed here (${words}), so only PROMPT_IMAGE_BUY=1 in the environment counts.`,
    );
  }
  if (environment.local.PROMPT_IMAGE_BUY === '1' && git.top !== undefined && (await git.isIgnored([localFile])))
    return given;
  if (!isKeyed(provider)) return refused('To buy in builds, set PROMPT_IMAGE_BUY=1 in the environment.');

  const inLocalFile = provider.keyNames.some((name) => provider.usesKey(environment.local[name] ?? ''));
  const tracked = inLocalFile && git.top !== undefined && (await git.isTracked(localFile));
  if (inLocalFile && !tracked) return given;
  return refused(explain(provider.keyNames[0] ?? '', tracked, keyElsewhere));
}

function explain(keyName: string, tracked: boolean, keyElsewhere: string | undefined): string {
  if (tracked)
    return 'The key is in an .env.local that git tracks. Untrack the file and revoke the key: others have it.';
  const elsewhere = keyElsewhere === undefined ? '' : ` (the key in ${keyElsewhere} is not read)`;
  return `To let builds and the dev server of this checkout buy, put ${keyName}=… into .env.local beside the config${elsewhere}.`;
}
