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
  /** Where the key is kept in a way that gives it away. */
  warnings: readonly string[];
  /** Why nothing can be bought at all, where there is no key. */
  keyless: string | undefined;
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
  // At once: both ask git.
  const [consent, warnings] = await Promise.all([
    decide(root, provider, environment, git, keyElsewhere),
    findExposedKeys(root, provider, environment, git),
  ]);
  const keyless =
    isKeyed(provider) && !provider.hasKey
      ? `There is no key: put ${provider.keyNames[0]}=… into .env.local beside the config.`
      : undefined;
  return { ...consent, keyless, warnings };
}

/** Committed keys, and those that the next `git add .` would commit. */
async function findExposedKeys(
  root: string,
  provider: Provider,
  environment: Environment,
  git: Git,
): Promise<string[]> {
  if (!isKeyed(provider) || git.top === undefined) return [];
  const holds = (values: Readonly<Record<string, string>>) =>
    provider.keyNames.some((name) => provider.usesKey(values[name] ?? ''));
  const warnings: string[] = [];
  for (const [file, values] of [
    ['.env.local', environment.local],
    ['.env', environment.shared],
  ] as const) {
    if (!holds(values)) continue;
    const path = join(root, file);
    if (await git.isTracked(path)) {
      warnings.push(`${file} holds the key, and git tracks it: others have it. Untrack the file, and revoke the key.`);
    } else if (!(await git.isIgnored([path]))) {
      warnings.push(
        `${file} holds the key, and git does not ignore it. Put it into .gitignore before it is committed.`,
      );
    }
  }
  return warnings;
}

async function decide(
  root: string,
  provider: Provider,
  environment: Environment,
  git: Git,
  keyElsewhere: string | undefined,
): Promise<Pick<Consent, 'given' | 'how'>> {
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
