import { join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { type Git, runGit } from './git.js';

/**
 * Writes files of an earlier commit into a folder, as git would check them out. The index and the work tree of the
 * repository stay as they are.
 *
 * @param ref whatever git takes for a commit: a branch, a tag, a hash
 * @param folder an existing one, which is to be filled from the repository's top
 * @param wants whether a file is needed, by its path from the repository's top with forward slashes
 * @throws `GIT_FAILED` where there is no repository or no such commit
 */
export async function checkOut(
  { top, trouble }: Git,
  ref: string,
  folder: string,
  wants: (path: string) => boolean,
): Promise<void> {
  if (top === undefined) throw failed(trouble ?? 'this is not a git repository');
  const run = async (args: string[], input?: string) => {
    const env = { GIT_INDEX_FILE: join(folder, '.git-index') };
    const { code, stdout, words } = await runGit(args, top, input === undefined ? { env } : { env, input });
    if (code !== 0) throw failed(words);
    return stdout;
  };
  await run(['read-tree', await treeOf(ref, top)]);
  const files = (await run(['ls-files', '-z'])).split('\0').filter((file) => file !== '' && wants(file));
  await run(
    ['checkout-index', '--quiet', '-z', '--stdin', `--prefix=${folder}/`],
    files.map((file) => `${file}\0`).join(''),
  );
}

async function treeOf(ref: string, top: string): Promise<string> {
  // What starts with a hyphen would be an option.
  const answer = ref.startsWith('-')
    ? undefined
    : await runGit(['rev-parse', '--verify', '--quiet', `${ref}^{tree}`], top);
  if (answer?.code === 0) return answer.stdout.trim();
  throw new PromptImageError('GIT_FAILED', `git knows no commit ${ref} here`, {
    next: 'In CI, fetch it first: git fetch --depth=1 origin <branch>, and name it FETCH_HEAD.',
  });
}

function failed(words: string): PromptImageError {
  return new PromptImageError('GIT_FAILED', 'git cannot give the files of an earlier commit', { next: words });
}
