import { relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
import { isCollectionFile, parseAddress, renderAddress } from '../image/address.js';
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

/**
 * The files, items and variants that files, folders, patterns and addresses on the command line mean, relative to the working
 * directory as a shell would.
 *
 * @throws a usage error for one that matches nothing
 */
export async function selectAddresses(project: Project, patterns: readonly string[]): Promise<string[] | undefined> {
  if (patterns.length === 0) return undefined;
  const all = await project.scan();
  const selected = new Set<string>();
  for (const pattern of patterns) {
    const { file, ...part } = parseAddress(pattern.replaceAll('\\', '/'));
    const here = all.filter(matcherOf(fromRoot(project, file)));
    // Messages name images from the root, wherever one is.
    const found = here.length > 0 ? here : all.filter(matcherOf(file));
    if (found.length === 0) {
      throw new InvalidArgumentError(`${pattern} matches no manifest. Run: npx prompt-image status`);
    }
    for (const each of found) selected.add(renderAddress({ file: each, ...part }));
  }
  return [...selected];
}

/**
 * The one picture that a command line names: of a file without a variant its base picture, of a collection an item's.
 *
 * @throws a usage error for what matches none or several
 */
export async function selectAddress(project: Project, pattern: string): Promise<string> {
  const [address, ...others] = (await selectAddresses(project, [pattern])) ?? [];
  if (address === undefined || others.length > 0) {
    throw new InvalidArgumentError(`${pattern} matches ${others.length + 1} images. Name one of them.`);
  }
  const { file, item } = parseAddress(address);
  if (!isCollectionFile(file) || item !== undefined) return address;
  const [first = `${file}#item`] = await project.pictures([file]);
  throw new InvalidArgumentError(`${pattern} is a collection. Name one of its images, for example ${first}`);
}

/** What a path or pattern of the command line is from the root, with forward slashes. */
export function fromRoot({ config: { root } }: Project, pattern: string): string {
  return relative(root, resolve(process.cwd(), pattern)).replaceAll('\\', '/');
}

/** @param named from the root */
function matcherOf(named: string): (file: string) => boolean {
  // The root itself, which is no pattern.
  if (named === '') return () => true;
  const matches = picomatch(named, { dot: true });
  const names = [named, ...['.json', '.image.json', '.images.json'].map((ending) => named + ending)];
  return (file) => names.includes(file) || file.startsWith(`${named}/`) || matches(file);
}
