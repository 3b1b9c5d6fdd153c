import sharp from 'sharp';
import { expect, test } from 'vitest';
import { run } from '../support/process.js';
import { createWorkspace } from '../support/workspace.js';

test('projects of one process that share a cache folder do not share the files that are not finished', async () => {
  // Each picture has a width of its own, which tells whose it is.
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const roots = ['a', 'b'];
    const projects = await Promise.all(roots.map((root) => createPromptImage({ root, cacheDir: '../cache' })));
    const reports = await Promise.all(projects.map((project) => project.generate()));
    if (reports.some(({ failed }) => failed.length > 0)) throw reports.flatMap(({ failed }) => failed)[0].error;
    await Promise.all(projects.map((project) => project.dispose()));`;
  const config = `
    import sharp from 'sharp';
    export default { provider: { name: 'painter', free: true, generate: async ({ prompt }) => ({
      bytes: await sharp({ create: { width: Number(prompt), height: 32, channels: 3, background: 'teal' } }).png().toBuffer(),
    }) } };`;
  const widths = { a: [101, 102, 103, 104], b: [201, 202, 203, 204] };
  const manifests = Object.entries(widths).flatMap(([root, all]) =>
    all.map((width) => [`${root}/p${width}.image.json`, { prompt: `${width}`, alt: '' }]),
  );
  await using workspace = await createWorkspace({
    ...Object.fromEntries(manifests),
    'a/prompt-image.config.js': config,
    'b/prompt-image.config.js': config,
    'script.js': script,
  });
  const { code, output } = await run(process.execPath, ['script.js'], { cwd: workspace.root });
  expect(code, output).toBe(0);
  for (const [root, all] of Object.entries(widths)) {
    const files = await workspace.list(`${root}/.prompt-image`);
    for (const width of all) {
      const picture = files.find((file) => file.startsWith(`p${width}-`) && file.endsWith('.png')) ?? '';
      expect((await sharp(workspace.path(root, '.prompt-image', picture)).metadata()).width).toBe(width);
    }
  }
});
