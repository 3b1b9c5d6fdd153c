import { relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
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
 * The addresses that files and patterns on the command line mean, relative to the working directory as a shell would.
 *
 * @throws a usage error for one that matches nothing
 */
export async function selectAddresses(project: Project, patterns: readonly string[]): Promise<string[] | undefined> {
  if (patterns.length === 0) return undefined;
  const { root } = project.config;
  const all = await project.scan();
  const selected = new Set<string>();
  for (const pattern of patterns) {
    const fromRoot = relative(root, resolve(process.cwd(), pattern)).replaceAll('\\', '/');
    const found = all.filter((address) => address === fromRoot || picomatch.isMatch(address, fromRoot, { dot: true }));
    if (found.length === 0) throw new InvalidArgumentError(`${pattern} matches no manifest. Run: prompt-image status`);
    for (const address of found) selected.add(address);
  }
  return [...selected];
}

/**
 * The one address that is meant.
 *
 * @throws a usage error for a pattern that matches nothing, or several
 */
export async function selectAddress(project: Project, pattern: string): Promise<string> {
  const [address, ...others] = (await selectAddresses(project, [pattern])) ?? [];
  if (address === undefined || others.length > 0) {
    throw new InvalidArgumentError(`${pattern} matches ${others.length + 1} manifests, and one is needed.`);
  }
  return address;
}
