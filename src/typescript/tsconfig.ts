import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import * as z from 'zod';

const texts = z.array(z.string()).optional().catch(undefined);

// A field that is wrong is TypeScript's to complain of; here it says nothing.
const tsconfigSchema = z.object({
  extends: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  files: texts,
  include: texts,
  references: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
  compilerOptions: z
    .object({ allowArbitraryExtensions: z.boolean().optional().catch(undefined), types: texts })
    .optional()
    .catch(undefined),
});

/** What matters here of a tsconfig, as it stands in the file. */
export type Tsconfig = z.infer<typeof tsconfigSchema>;
type CompilerOptions = NonNullable<Tsconfig['compilerOptions']>;

/** As TypeScript reads it: with comments and trailing commas. @returns `undefined` for what it would not read either */
export function parseTsconfig(text: string): Tsconfig | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  return errors.length === 0 ? tsconfigSchema.safeParse(value).data : undefined;
}

/** @returns `undefined` for one that cannot be read */
export function readTsconfig(file: string): Tsconfig | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // TypeScript says what is wrong with it, where it is asked.
    return undefined;
  }
  return parseTsconfig(text);
}

/** The files that a tsconfig extends, the one that wins first. One that is not there, or not yet, is left out. */
function extendedFiles(file: string, { extends: parents = [] }: Tsconfig): string[] {
  return [parents]
    .flat()
    .toReversed()
    .flatMap((parent) => findParent(file, parent) ?? []);
}

/** The files of the projects that a tsconfig references, as far as they are there. */
export function referencedFiles(file: string, { references = [] }: Tsconfig): string[] {
  return references
    .map(({ path }) => resolve(dirname(file), path))
    .map((target) => (target.endsWith('.json') ? target : join(target, 'tsconfig.json')))
    .filter((target) => existsSync(target));
}

/**
 * A compiler option, inherited where the file does not set it.
 *
 * @param read how a file that it extends is read
 */
export function compilerOption<Name extends keyof CompilerOptions>(
  file: string,
  tsconfig: Tsconfig,
  name: Name,
  read: (file: string) => Tsconfig | undefined = readTsconfig,
  above: readonly string[] = [],
): CompilerOptions[Name] {
  const own = tsconfig.compilerOptions?.[name];
  if (own !== undefined) return own;
  const chain = [...above, file];
  for (const parent of extendedFiles(file, tsconfig)) {
    const content = chain.includes(parent) ? undefined : read(parent);
    const inherited = content && compilerOption(parent, content, name, read, chain);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

/** By a path, or in a package: its file, with or without `.json`, or the tsconfig.json of its folder. */
function findParent(file: string, parent: string): string | undefined {
  if (/^\.{1,2}(\/|$)/.test(parent) || isAbsolute(parent)) {
    const target = resolve(dirname(file), parent);
    return [target, `${target}.json`].find((path) => path.endsWith('.json') && existsSync(path));
  }
  const { resolve: find } = createRequire(file);
  const names = parent.endsWith('.json') ? [parent] : [`${parent}.json`, `${parent}/tsconfig.json`];
  for (const name of names) {
    try {
      return find(name);
    } catch (error) {
      // Not installed yet, or without such a file: what it says is not known, as if it said nothing.
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
  return undefined;
}
