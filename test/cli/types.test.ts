import { expect, test } from 'vitest';
import { createWorkspace, run, type Workspace } from '../support/workspace.js';

const types = ({ root, bin }: Workspace, ...args: string[]) =>
  run(process.execPath, [bin('unplugin-prompt-image', 'prompt-image'), 'types', ...args], { cwd: root });

test('what was written, what TypeScript ignores and what is left over', async () => {
  await using workspace = await createWorkspace({
    'src/hero.image.json': { prompt: 'A harbour' },
    'src/card.image.json': { prompt: 'A card' },
    'tsconfig.json': {},
  });
  const named = await types(workspace, 'src/hero');
  expect(named).toMatchObject({ code: 0, stdout: '✓ src/hero.image.d.json.ts\n1 file written, 0 unchanged.\n' });
  expect(named.stderr).toMatch(/^! TypeScript does not read \.d\.json\.ts files: tsconfig\.json does not set /);

  await workspace.remove('src/hero.image.json');
  await workspace.write('src/wrong.image.json', {});
  await workspace.write('tsconfig.json', { compilerOptions: { allowArbitraryExtensions: true } });
  const { code, stdout, stderr } = await types(workspace);
  expect([code, stdout]).toEqual([1, '✓ src/card.image.d.json.ts\n1 file written, 0 unchanged. 1 failed.\n']);
  expect(stderr).toContain('MANIFEST_INVALID');
  expect(stderr).toContain('! src/hero.image.d.json.ts belongs to a manifest that is gone. Delete it.\n');

  const { stdout: json } = await types(workspace, '--json');
  expect(JSON.parse(json)).toMatchObject({
    version: 1,
    command: 'types',
    errors: [],
    written: [],
    unchanged: ['src/card.image.d.json.ts'],
    stale: ['src/hero.image.d.json.ts'],
    failed: [{ code: 'MANIFEST_INVALID', file: 'src/wrong.image.json' }],
    warnings: [],
  });
});
