import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { declarationFile, type ManifestShape, renderDeclaration } from '../../src/image/declaration.js';
import { createWorkspace, repositoryRoot, run, type Workspace } from '../support/workspace.js';
import type { Tarball } from './support/tarball.js';

const fixtures = join(repositoryRoot, 'test', 'fixtures', 'types');

const compilerOptions = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  resolveJsonModule: true,
  // Types that cannot be named are errors.
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: '.',
  outDir: 'out',
  types: ['vite/client', 'unplugin-prompt-image/client'],
};

const compilers = [
  { compiler: 'typescript', version: '5' },
  { compiler: 'typescript-latest', version: '7' },
] as const;
type Compiler = (typeof compilers)[number]['compiler'];

/** What TypeScript makes of the published types, with everything else as strict as it can be. */
export function testTypes(tarball: () => Tarball): void {
  describe.concurrent.each(compilers)('TypeScript $version', ({ compiler, version }) => {
    test('is that version', async () => {
      await using workspace = await createWorkspace();
      const { output } = await compile(workspace, compiler, '--version');
      expect(output).toMatch(new RegExp(`^Version ${version}\\.`));
    });

    test.each([
      ['bundler', 'preserve', []],
      ['nodenext', 'nodenext', ['required.cts']],
    ])(
      'with %s resolution: what is right compiles, what is wrong does not',
      { timeout: 120_000 },
      async (moduleResolution, module, more) => {
        await using workspace = await openFixtures(tarball().folder);
        await workspace.write('tsconfig.json', {
          // The declarations themselves are checked once: that takes ten seconds.
          compilerOptions: {
            ...compilerOptions,
            module,
            moduleResolution,
            skipLibCheck: module === 'nodenext' || compiler !== 'typescript',
          },
          files: ['imports.ts', 'options.ts', 'mistakes.ts', ...more],
        });
        await expectErrors(workspace, compiler, 'mistakes.ts');
      },
    );

    test('names of variants and items are exact beside a manifest', { timeout: 120_000 }, async () => {
      await using workspace = await openFixtures(tarball().folder);
      await declare(workspace, 'exact/plain.image.json', { kind: 'image', variants: [] });
      await declare(workspace, 'exact/hero.image.json', { kind: 'image', variants: ['portrait', '2x'] });
      await declare(workspace, 'exact/fruits.images.json', {
        kind: 'collection',
        items: [
          { name: 'apple', variants: ['dark'] },
          { name: 'dragon-fruit', variants: [] },
          // Nothing of the declaration's own is in the way of a name.
          { name: 'CollectionImage', variants: [] },
        ],
      });
      await workspace.write('tsconfig.json', {
        compilerOptions: {
          ...compilerOptions,
          module: 'preserve',
          moduleResolution: 'bundler',
          allowArbitraryExtensions: true,
        },
        include: ['exact'],
      });
      await expectErrors(workspace, compiler, 'exact/mistakes.ts');
    });
  });
}

/** A manifest, and its declaration. */
async function declare(workspace: Workspace, manifest: string, shape: ManifestShape): Promise<void> {
  await workspace.write(manifest, { prompt: 'A harbour' });
  await workspace.write(declarationFile(manifest), renderDeclaration(shape));
}

/** The errors are those that a fixture names, and no others. */
async function expectErrors(workspace: Workspace, compiler: Compiler, mistakes: string): Promise<void> {
  const { output } = await compile(workspace, compiler);
  const errors = [...output.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)];
  const found = errors.map(([, file, line, code]) => `${file}:${line} ${code}`);
  expect(found, output).toEqual(await namedErrors(mistakes));
  expect(output.match(/\berror TS\d+/g)).toHaveLength(found.length);
}

function compile(workspace: Workspace, compiler: Compiler, ...args: string[]) {
  return run(process.execPath, [workspace.bin(compiler, 'tsc'), ...args], { cwd: workspace.root });
}

async function openFixtures(folder: string): Promise<Workspace> {
  const workspace = await createWorkspace();
  await cp(fixtures, workspace.root, { recursive: true });
  await workspace.remove('node_modules/unplugin-prompt-image');
  await cp(folder, workspace.path('node_modules/unplugin-prompt-image'), { recursive: true });
  return workspace;
}

/** The errors that a fixture names in the comments at its lines' ends. */
async function namedErrors(file: string): Promise<string[]> {
  const lines = (await readFile(join(fixtures, file), 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    const [, codes = ''] = /\/\/ ((?:TS\d+ ?)+)$/.exec(line) ?? [];
    return codes.split(' ').flatMap((code) => (code === '' ? [] : [`${file}:${index + 1} ${code}`]));
  });
}
