import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCycle, findStrays, type ImportGraph, importGraph } from './support/imports.js';
import { repositoryRoot } from './support/workspace.js';

const sources = await readSources();
const graph = importGraph(sources);
const rows = await readRows();

async function readSources(): Promise<Record<string, string>> {
  const names = await readdir(join(repositoryRoot, 'src'), { recursive: true });
  const files = names.filter((name) => /(?<!\.d)\.ts$/.test(name)).map((name) => `src/${name.split(sep).join('/')}`);
  const texts = files.sort().map(async (file) => [file, await readFile(join(repositoryRoot, file), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** The rooms as ARCHITECTURE.md tells them, from the highest to the lowest. */
async function readRows(): Promise<string[][]> {
  const text = await readFile(join(repositoryRoot, 'ARCHITECTURE.md'), 'utf8');
  const cells = [...text.matchAll(/^\| (`src\/[^|]*)\|/gm)].map(([, cell = '']) => cell);
  return cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, room = '']) => room));
}

/** Which modules import a package, or one whose name starts like this. */
function importers(packageName: string, of: ImportGraph = graph): string[] {
  const isIt = (name: string) => name === packageName || name.startsWith(`${packageName}/`);
  return [...of].filter(([, imports]) => imports.some(isIt)).map(([file]) => file);
}

describe('the rooms of src', () => {
  test('are those of ARCHITECTURE.md', () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flat().filter((room) => !Object.keys(sources).some((file) => file.startsWith(room)))).toEqual([]);
  });

  test('import only from rooms below them', () => {
    expect(findStrays(graph, rows)).toEqual([]);
  });

  test('have no cycles', () => {
    expect(findCycle(graph)).toBeUndefined();
  });

  test('are entered by the faces through the project, but for the pure shape of an image', () => {
    const faces = ['src/cli/', 'src/bundlers/', 'src/plugin.ts', 'src/api.ts'];
    const doors = [...faces, 'src/project.ts', 'src/image/', 'src/failure.ts'];
    const startsIn = (rooms: string[], file: string) => rooms.some((room) => file.startsWith(room));
    const inside = [...graph]
      .filter(([file]) => startsIn(faces, file))
      .flatMap(([file, imports]) => imports.map((target) => ({ file, target })))
      .filter(({ target }) => target.startsWith('src/') && !startsIn(doors, target));
    expect(inside).toEqual([]);
  });
});

describe('what is pure', () => {
  const pure = Object.keys(sources).filter((file) => /^src\/(manifest\/|image\/|failure\.ts|request\.ts)/.test(file));
  const allowed: Record<string, string[]> = {
    'src/request.ts': ['node:crypto'],
    'src/manifest/paths.ts': ['node:path'],
  };

  test.each(pure)('%s', (file) => {
    const builtins = (graph.get(file) ?? []).filter((name) => name.startsWith('node:'));
    expect(builtins).toEqual(allowed[file] ?? []);
    expect(sources[file]).not.toMatch(
      /\bprocess\.|\bDate\.now|new Date\(|Math\.random|\bfetch\(|\bset(Timeout|Interval)\(/,
    );
  });

  test('takes of node:path what does not depend on the system', () => {
    expect(sources['src/manifest/paths.ts']).toContain("import { posix } from 'node:path'");
  });
});

test('sharp is loaded by the encoder alone', () => {
  expect(importers('sharp').filter((file) => !file.startsWith('src/derivatives/encoder/'))).toEqual([]);
  expect(importers('sharp')).not.toEqual([]);
});

test('fast-glob is loaded by the scan alone', () => {
  expect(importers('fast-glob')).toEqual(['src/files/scan.ts']);
});

test('no file is two rooms in one', () => {
  const lengths = Object.entries(sources).map(([file, text]) => ({ file, lines: text.trimEnd().split('\n').length }));
  expect(lengths.filter(({ lines }) => lines > 250)).toEqual([]);
});

describe('these checks find', () => {
  const rooms = [['src/top/'], ['src/left.ts', 'src/right.ts'], ['src/low/']];

  test.each([
    ['an import', "import { a } from '../top/a.js';"],
    ['an import for its effect', "import '../top/a.js';"],
    ['a type', "import type { A } from '../top/a.js';"],
    ['one type among values', "import { type A } from '../top/a.js';"],
    ['an export', "export { a } from '../top/a.js';"],
    ['an export of everything', "export * from '../top/a.js';"],
    ['an exported type', "export type { A } from '../top/a.js';"],
    ['a dynamic import', "export const load = () => import('../top/a.js');"],
    ['a type by import()', "export let a: import('../top/a.js').A | undefined;"],
    ['the type of a module', "export let a: typeof import('../top/a.js');"],
    ['require()', "const a = require('../top/a.js');"],
    ['import = require()', "import a = require('../top/a.js');"],
  ])('%s that leads up', (_, text) => {
    const strays = findStrays(importGraph({ 'src/low/b.ts': text, 'src/top/a.ts': '' }), rooms);
    expect(strays).toEqual(['src/low/b.ts → src/top/a.ts']);
  });

  test('an import beside, and none that leads down or stays inside', () => {
    const texts = {
      'src/top/a.ts': "import './b.js'; import '../left.js'; import '../low/d.js'; import 'vite';",
      'src/top/b.ts': '',
      'src/left.ts': "import type { right } from './right.js';",
      'src/right.ts': "// import './top/a.js'\nexport const right = \"import './top/a.js'\";",
      'src/low/d.ts': '',
    };
    expect(findStrays(importGraph(texts), rooms)).toEqual(['src/left.ts → src/right.ts']);
  });

  test('a module that is in no room, and an import of one that is not there', () => {
    const strays = findStrays(importGraph({ 'src/other.ts': '', 'src/top/a.ts': "import '../low/gone.js';" }), rooms);
    expect(strays).toEqual(['src/other.ts is in no room', 'src/top/a.ts → src/low/gone.ts']);
  });

  test('a cycle, also of types and of one module', () => {
    const cycleOf = (texts: Record<string, string>) => findCycle(importGraph(texts));
    const a = "import './b.js'; import './c.js';";
    expect(cycleOf({ 'a.ts': a, 'b.ts': "import './c.js';", 'c.ts': '' })).toBeUndefined();
    const loop = { 'a.ts': a, 'b.ts': '', 'c.ts': "import './d.js';", 'd.ts': "export type { A } from './c.js';" };
    expect(cycleOf(loop)).toEqual(['c.ts', 'd.ts', 'c.ts']);
    expect(cycleOf({ 'a.ts': "export let a: import('./a.js').A;" })).toEqual(['a.ts', 'a.ts']);
  });

  test('a package by its name or a path in it', () => {
    const texts = { 'a.ts': "import 'sharp';", 'b.ts': "import('sharp/lib/x');", 'c.ts': "import 'sharper';" };
    expect(importers('sharp', importGraph(texts))).toEqual(['a.ts', 'b.ts']);
  });
});
