import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, repositoryRoot, run, type Workspace } from '../support/workspace.js';
import type { Tarball } from './support/tarball.js';

const fixtures = join(repositoryRoot, 'test', 'fixtures', 'types');

const compilerOptions = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  resolveJsonModule: true,
  // Types that cannot be named are errors.
  declaration: true,
  emitDeclarationOnly: true,
  outDir: 'out',
  types: ['vite/client', 'unplugin-prompt-image/client'],
};

/** What TypeScript makes of the published types, with everything else as strict as it can be. */
export function testTypes(tarball: () => Tarball): void {
  describe.concurrent.each([
    ['bundler', 'preserve', []],
    ['nodenext', 'nodenext', ['required.cts']],
  ])('TypeScript, moduleResolution %s', (moduleResolution, module, more) => {
    test('what is right compiles, what is wrong does not', { timeout: 120_000 }, async () => {
      await using workspace = await openFixtures(tarball().folder);
      await workspace.write('tsconfig.json', {
        // The declarations themselves are checked once: that takes ten seconds.
        compilerOptions: { ...compilerOptions, module, moduleResolution, skipLibCheck: module === 'nodenext' },
        files: ['imports.ts', 'options.ts', 'mistakes.ts', ...more],
      });
      const { output } = await run(process.execPath, [workspace.bin('typescript', 'tsc')], { cwd: workspace.root });
      const errors = [...output.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)];
      const found = errors.map(([, file, line, code]) => `${file}:${line} ${code}`);
      expect(found, output).toEqual(await namedErrors('mistakes.ts'));
      expect(output.match(/\berror TS\d+/g)).toHaveLength(found.length);
    });
  });
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
