import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { CLIENT_TYPES, compilerOption, parseTsconfig, readTsconfig, referencedFiles } from '../../project.js';
import type { Edit } from './edits.js';
import type { Packages } from './packages.js';

const TYPES = ['compilerOptions', 'types'];

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
  const config = parseTsconfig(text);
  if (!config) return { state: 'by-hand', file };
  const listed = config.compilerOptions?.types;
  const effective = compilerOption(path, config, 'types');
  if (effective?.includes(CLIENT_TYPES)) return { state: 'done', file };
  // A list switches off what TypeScript takes by itself, so that has to stand in it.
  const types = [...(listed ? [] : (effective ?? visibleTypes(packages))), CLIENT_TYPES];
  const after = types.reduce(append, listed ? text : insertList(text));
  // An edit that does not read back as what was meant is none.
  const result = parseTsconfig(after)?.compilerOptions?.types;
  if (JSON.stringify(result) !== JSON.stringify([...(listed ?? []), ...types])) return { state: 'by-hand', file };
  return { state: 'edit', edit: { file, before: text, after, why: 'it types `import hero from "./hero.image"`' } };
}

/** Of a solution that only refers to others the one that the sources are in, which asks for the bundler's own types. */
function chooseConfig(root: string): string | undefined {
  const main = join(root, 'tsconfig.json');
  if (!existsSync(main)) return undefined;
  const config = readTsconfig(main);
  if (config?.files?.length !== 0) return main;
  const score = (file: string): number => {
    const { compilerOptions, include = [] } = readTsconfig(file) ?? {};
    const asksForClient = compilerOptions?.types?.some((type) => type.endsWith('/client')) === true;
    const holdsSources = include.some((pattern) => pattern.startsWith('src'));
    return Number(asksForClient) * 4 + Number(holdsSources) * 2 + Number(/\.app\.json$/.test(file));
  };
  return referencedFiles(main, config).toSorted((a, b) => score(b) - score(a))[0] ?? main;
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
