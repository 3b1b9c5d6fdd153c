import { relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
import { PromptImageError } from '../failure.js';
import { openProject, type Project } from '../project.js';

/** Opens the project of the working directory, does the work, and ends what was started. */
export async function withProject<T>(command: Command, work: (project: Project) => Promise<T>): Promise<T> {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const project = await openProject(process.cwd(), config === undefined ? {} : { configFile: config });
  try {
    return await work(project);
  } finally {
    await project.dispose();
  }
}

/** An item or a variant: these signs separate only directly after the file's name. */
const PART = /\.images?\.json[#@]/;

/**
 * The addresses that files, folders and patterns on the command line mean, relative to the working directory as a shell would.
 *
 * @throws a usage error for one that matches nothing; `NOT_BUILT_YET` for an item or a variant
 */
export async function selectAddresses(project: Project, patterns: readonly string[]): Promise<string[] | undefined> {
  if (patterns.length === 0) return undefined;
  const all = await project.scan();
  const selected = new Set<string>();
  for (const pattern of patterns) {
    if (PART.test(pattern)) {
      throw new PromptImageError('NOT_BUILT_YET', `${pattern}: items and variants are not built yet in this version`, {
        next: 'Name the file alone.',
      });
    }
    const here = all.filter(matcherOf(fromRoot(project, pattern)));
    // Messages name images from the root, wherever one is.
    const found = here.length > 0 ? here : all.filter(matcherOf(pattern.replaceAll('\\', '/')));
    if (found.length === 0) {
      throw new InvalidArgumentError(`${pattern} matches no manifest. Run: npx prompt-image status`);
    }
    for (const address of found) selected.add(address);
  }
  return [...selected];
}

/**
 * The one address that a command line names.
 *
 * @throws a usage error for what matches none or several
 */
export async function selectAddress(project: Project, pattern: string): Promise<string> {
  const [address, ...others] = (await selectAddresses(project, [pattern])) ?? [];
  if (address !== undefined && others.length === 0) return address;
  throw new InvalidArgumentError(`${pattern} matches ${others.length + 1} images. Name one of them.`);
}

/** What a path or pattern of the command line is from the root, with forward slashes. */
export function fromRoot({ config: { root } }: Project, pattern: string): string {
  return relative(root, resolve(process.cwd(), pattern)).replaceAll('\\', '/');
}

/** @param named from the root */
function matcherOf(named: string): (address: string) => boolean {
  // The root itself, which is no pattern.
  if (named === '') return () => true;
  const matches = picomatch(named, { dot: true });
  const names = [named, `${named}.json`, `${named}.image.json`];
  return (address) => names.includes(address) || address.startsWith(`${named}/`) || matches(address);
}
