import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { applyEdits, findNodeAtLocation, modify, type ParseError, parse, parseTree } from 'jsonc-parser';
import type { Edit } from './edits.js';
import type { Packages } from './packages.js';

/** What types the imports of manifests. */
export const CLIENT_TYPES = 'unplugin-prompt-image/client';

const TYPES = ['compilerOptions', 'types'];

interface TsConfig {
  extends?: string | string[];
  files?: string[];
  include?: string[];
  references?: { path?: string }[];
  compilerOptions?: { types?: string[] };
}

/** What `init` can do for a project's types. */
export type TypesPlan =
  | { state: 'edit'; edit: Edit }
  /** There is nothing to do. */
  | { state: 'done'; file: string }
  /** It cannot be done by us. */
  | { state: 'by-hand'; file: string };

/** @returns `undefined` where there is no tsconfig */
export function planTypes(root: string, packages: Packages): TypesPlan | undefined {
  const path = chooseConfig(root);
  if (path === undefined) return undefined;
  const file = relative(root, path).replaceAll('\\', '/');
  const text = readFileSync(path, 'utf8');
  const config = parseConfig(text);
  if (!config) return { state: 'by-hand', file };
  const listed = config.compilerOptions?.types;
  const inherited = listed ? undefined : inheritedTypes(path, config);
  if ((listed ?? inherited)?.includes(CLIENT_TYPES)) return { state: 'done', file };
  // A list switches off what TypeScript takes by itself, so that has to stand in it.
  const types = [...(listed ? [] : (inherited ?? visibleTypes(packages))), CLIENT_TYPES];
  const after = types.reduce(append, listed ? text : insertList(text));
  // An edit that does not read back as what was meant is none.
  const result = parseConfig(after)?.compilerOptions?.types;
  if (JSON.stringify(result) !== JSON.stringify([...(listed ?? []), ...types])) return { state: 'by-hand', file };
  return { state: 'edit', edit: { file, before: text, after, why: 'it types `import hero from "./hero.image"`' } };
}

/** Of a solution that only refers to others the one that the sources are in, which asks for the bundler's own types. */
function chooseConfig(root: string): string | undefined {
  const main = join(root, 'tsconfig.json');
  if (!existsSync(main)) return undefined;
  const config = read(main);
  if (config?.files?.length !== 0 || !config.references) return main;
  const candidates = config.references.flatMap(({ path = '' }) => {
    const target = resolve(root, path);
    const file = target.endsWith('.json') ? target : join(target, 'tsconfig.json');
    return existsSync(file) ? [file] : [];
  });
  const score = (file: string): number => {
    const { compilerOptions, include = [] } = read(file) ?? {};
    const asksForClient = compilerOptions?.types?.some((type) => type.endsWith('/client')) === true;
    const holdsSources = include.some((pattern) => pattern.startsWith('src'));
    return Number(asksForClient) * 4 + Number(holdsSources) * 2 + Number(/\.app\.json$/.test(file));
  };
  return candidates.toSorted((a, b) => score(b) - score(a))[0] ?? main;
}

/** The `types` of what a config extends; the later of several wins. */
function inheritedTypes(path: string, config: TsConfig): string[] | undefined {
  for (const parent of [config.extends ?? []].flat().toReversed()) {
    const file = findParent(path, parent);
    const content = file === undefined ? undefined : read(file);
    if (!file || !content) continue;
    const types = content.compilerOptions?.types ?? inheritedTypes(file, content);
    if (types) return types;
  }
  return undefined;
}

function findParent(path: string, parent: string): string | undefined {
  if (/^\.{0,2}\//.test(parent)) {
    const target = resolve(dirname(path), parent);
    return [target, `${target}.json`].find((file) => file.endsWith('.json') && existsSync(file));
  }
  try {
    return createRequire(path).resolve(parent.endsWith('.json') ? parent : `${parent}/tsconfig.json`);
  } catch (error) {
    // Not installed yet, or without such a file: what it says is not known, as if it said nothing.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** What TypeScript takes without a list: the `@types` of the project. */
function visibleTypes({ dependencies }: Packages): string[] {
  const names = [...dependencies].filter((name) => name.startsWith('@types/')).sort();
  return names.map((name) => name.slice('@types/'.length).replace(/^(.+)__/, '@$1/'));
}

/** Adds an empty list, formatted as the rest of the file; first, so that no comment comes to stand beside another option. */
function insertList(text: string): string {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return applyEdits(text, modify(text, TYPES, [], { formattingOptions, getInsertionIndex: () => 0 }));
}

/** Appends to the list as its first entry stands: on the same line, or on one of its own. */
function append(text: string, type: string): string {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const list = tree && findNodeAtLocation(tree, TYPES);
  if (!list) return text;
  const [first, last] = [list.children?.[0], list.children?.at(-1)];
  const start = list.offset + 1;
  const gap = first && /^\s*\n\s*$/.test(text.slice(start, first.offset)) ? text.slice(start, first.offset) : ' ';
  const end = last ? last.offset + last.length : start;
  return `${text.slice(0, end)}${last ? `,${gap}` : ''}${JSON.stringify(type)}${text.slice(end)}`;
}

function read(file: string): TsConfig | undefined {
  return parseConfig(readFileSync(file, 'utf8'));
}

/** As TypeScript reads it: with comments and trailing commas. @returns `undefined` for what it would not read either */
function parseConfig(text: string): TsConfig | undefined {
  const errors: ParseError[] = [];
  const config = parse(text, errors, { allowTrailingComma: true }) as unknown;
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  return errors.length === 0 && isObject ? config : undefined;
}
