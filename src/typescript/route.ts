import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { upward } from '../config/locate.js';
import { isErrno } from '../files/errno.js';
import { compilerOption, readTsconfig, referencedFiles, type Tsconfig } from './tsconfig.js';

/** What types imports of `./hero.image`. */
export const CLIENT_TYPES = 'unplugin-prompt-image/client';

/** How the TypeScript project of a folder learns what manifests give. */
export interface TypesRoute {
  /** The nearest tsconfig.json, absolute. */
  tsconfig: string;
  /** Whether it, or one that it references, sets `allowArbitraryExtensions`: `./hero.image.json` then has a declaration. */
  readsDeclarations: boolean;
  /** Whether one of them, or a `.d.ts` where projects keep such, names `unplugin-prompt-image/client`. */
  namesClient: () => boolean;
  /** Those that cannot be read, absolute. What is said of the others holds all the same. */
  unreadable: readonly string[];
}

/** Looks for routes, once for each tsconfig, and keeps what it found. */
export interface TypesRoutes {
  /** @param folder absolute; `undefined`: no tsconfig is above it, within its repository */
  of: (folder: string) => TypesRoute | undefined;
}

/** @param root the project's, where a `.d.ts` may lie, too */
export function createTypesRoutes(root: string): TypesRoutes {
  const routes = new Map<string, TypesRoute>();
  const nearest = new Map<string, string | undefined>();
  const find = (folder: string) => {
    for (const above of upward(folder)) {
      const file = join(above, 'tsconfig.json');
      if (existsSync(file)) return file;
    }
    return undefined;
  };
  return {
    of: (folder) => {
      if (!nearest.has(folder)) nearest.set(folder, find(folder));
      const file = nearest.get(folder);
      if (file === undefined) return undefined;
      const route = routes.get(file) ?? readRoute(file, root);
      routes.set(file, route);
      return route;
    },
  };
}

function readRoute(tsconfig: string, root: string): TypesRoute {
  const contents = new Map<string, Tsconfig | undefined>();
  const read = (file: string) => {
    if (!contents.has(file)) contents.set(file, readTsconfig(file));
    return contents.get(file);
  };
  const projects = readProjects(tsconfig, read);
  const lists = (file: string, content: Tsconfig) => [
    ...(compilerOption(file, content, 'types', read) ?? []),
    ...(content.files ?? []),
    ...(content.include ?? []),
  ];
  const readsDeclarations = [...projects].some(
    ([file, content]) => compilerOption(file, content, 'allowArbitraryExtensions', read) === true,
  );
  let namesClient: boolean | undefined;
  return {
    tsconfig,
    readsDeclarations,
    namesClient: () => {
      namesClient ??=
        [...projects].some(([file, content]) => lists(file, content).some((name) => name.includes(CLIENT_TYPES))) ||
        [...new Set([dirname(tsconfig), root])].flatMap((folder) => [folder, join(folder, 'src')]).some(hasDeclaration);
      return namesClient;
    },
    unreadable: [...contents].flatMap(([file, content]) => (content ? [] : [file])),
  };
}

/** A tsconfig and those that it references, and that these do. */
function readProjects(tsconfig: string, read: (file: string) => Tsconfig | undefined): Map<string, Tsconfig> {
  const projects = new Map<string, Tsconfig>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const content = read(file);
    if (!content) return;
    projects.set(file, content);
    for (const reference of referencedFiles(file, content)) visit(reference);
  };
  visit(tsconfig);
  return projects;
}

/** Whether a `.d.ts` in the folder names the client: `src/vite-env.d.ts` for one. */
function hasDeclaration(folder: string): boolean {
  return namesIn(folder)
    .filter((name) => name.endsWith('.d.ts'))
    .some((name) => textOf(join(folder, name)).includes(CLIENT_TYPES));
}

function namesIn(folder: string): string[] {
  return orNothing(() => readdirSync(folder), []);
}

function textOf(file: string): string {
  return orNothing(() => readFileSync(file, 'utf8'), '');
}

/** What cannot be read says nothing: it is only asked for a hint. */
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch (error) {
    if (isErrno(error)) return nothing;
    throw error;
  }
}
