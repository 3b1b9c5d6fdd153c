import { expect, test } from 'vitest';
import { createShop } from '../purchase/shop.js';
import { createWorkspace, run } from '../support/workspace.js';

const actions = { GITHUB_ACTIONS: 'true', CI: 'true' };

test('check annotates the lines of the manifests, from the repository’s top, and sums up', async () => {
  await using workspace = await createWorkspace(
    {
      'apps/site/package.json': '{ "type": "module" }',
      'apps/site/src/a,b.image.json': '{\n  "prompt": "100% of | a barn",\n  "alts": ""\n}',
      'apps/site/src/canal.image.json': { prompt: 'A canal' },
      'summary.md': 'Before\n',
    },
    { git: true },
  );
  const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
  const env = { ...actions, GITHUB_STEP_SUMMARY: workspace.path('summary.md') };
  const command = (...args: string[]) =>
    run(process.execPath, [bin, ...args], { cwd: workspace.path('apps/site'), env });
  const { code, stderr } = await command('check');
  expect(code).toBe(1);
  expect(stderr.split('\n').filter((line) => line.startsWith('::'))).toEqual([
    '::error file=apps/site/src/a%2Cb.image.json,line=3,col=3,title=MANIFEST_INVALID::unknown field "alts"%0ADid you mean "alt"?',
    '::error file=apps/site/src/canal.image.json,title=IMAGE_MISSING::has no picture%0ARun: npx prompt-image generate, and commit what arrives.',
    expect.stringMatching(/^::warning title=prompt-image::src\/canal\.image\.json: has no alt text%0AWrite "alt"/),
  ]);
  expect(await workspace.read('summary.md')).toMatch(
    /^Before\n### prompt-image check\n\n2 images checked: 2 problems\n\n\| Where \| Code \| What \|\n\| --- \| --- \| --- \|\n\| src\/a,b\.image\.json:3 \| MANIFEST_INVALID \| unknown field "alts" \|\n/,
  );

  const status = await command('status', '--json');
  expect(JSON.parse(status.stdout).images).toHaveLength(2);
  expect(status.stderr).toMatch(/^::error file=apps\/site\/src\/a%2Cb\.image\.json,line=3,col=3/);
  expect(await workspace.read('summary.md')).toContain('| src/canal.image.json | missing |');
});

test('generate annotates each image that was not bought', async () => {
  await using shop = await createShop({
    images: { barn: 'A barn', canal: 'A canal', dune: 'A dune' },
    generate:
      "if (!/barn/.test(request.prompt)) throw new ProviderError('PROVIDER_REFUSED', 'Not 100%'); return { bytes: picture };",
  });
  const env = { ...actions, GITHUB_STEP_SUMMARY: shop.path('summary.md') };
  const { code, stderr, stdout } = await shop.command(['generate'], { env });
  expect(code).toBe(1);
  expect(stdout).not.toContain('::error');
  const annotations = stderr.split('\n').filter((line) => line.startsWith('::'));
  expect(annotations.sort()).toEqual([
    '::error file=src/canal.image.json,title=PROVIDER_REFUSED::Not 100%25%0ATo ask again all the same: npx prompt-image generate --retry src/canal.image.json',
    '::error file=src/dune.image.json,title=PROVIDER_REFUSED::Not 100%25%0ATo ask again all the same: npx prompt-image generate --retry src/dune.image.json',
  ]);
  const summary = await shop.read('summary.md');
  expect(summary).toContain('| src/barn.image.json  not bought yet | bought |');
  expect(summary).toContain('| src/dune.image.json | PROVIDER_REFUSED | Not 100% |');
});

test('a config that cannot be read is annotated, too', async () => {
  await using workspace = await createWorkspace({ 'prompt-image.config.json': '{\n  "a": }' });
  const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
  const { code, stderr } = await run(process.execPath, [bin, 'check'], { cwd: workspace.root, env: actions });
  expect(code).toBe(1);
  expect(stderr).toContain('::error file=prompt-image.config.json,line=2,col=8,title=CONFIG_INVALID::is not JSON');
});

test('elsewhere there are no annotations', async () => {
  await using workspace = await createWorkspace({ 'src/canal.image.json': { prompt: 'A canal' } });
  const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
  const { output } = await run(process.execPath, [bin, 'check'], { cwd: workspace.root, env: { CI: 'true' } });
  expect(output).not.toContain('::');
});
