import { expect, test } from 'vitest';
import { createWorkspace, run } from '../support/workspace.js';

/** How scripts in CommonJS build `input`, by bundler. */
const builds = {
  vite: `
    const rollupOptions = { input, output: { entryFileNames: 'main.js' } };
    require('vite').build({ logLevel: 'warn', plugins: [plugin], build: { rollupOptions } });`,
  rollup: `
    require('rollup').rollup({ input, plugins: [plugin] }).then((bundle) => bundle.write({ dir: 'dist' }));`,
  webpack: `
    require('webpack')({ mode: 'none', entry: input, plugins: [plugin] }, (error, stats) => {
      if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString());
    });`,
};

test('every entry for a config is what require() gives', async () => {
  await using workspace = await createWorkspace({
    'main.cjs': `
      const entries = ['vite', 'rollup', 'rolldown', 'webpack', 'rspack', 'esbuild', 'farm', 'bun', 'next'];
      const types = entries.map((entry) => typeof require('unplugin-prompt-image/' + entry));
      console.log(types.join(' '));`,
  });
  const { code, output } = await run(process.execPath, ['main.cjs'], { cwd: workspace.root });
  expect(code, output).toBe(0);
  expect(output.trim().split(' ')).toEqual(Array(9).fill('function'));
});

test.each(Object.entries(builds))('%s with the plugin from require()', async (name, code) => {
  await using workspace = await createWorkspace({
    'src/barn.image.json': { prompt: 'A barn', alt: '', output: { formats: ['png'], widths: [512] } },
    'src/main.js': "import barn from './barn.image.json';\nconsole.log(barn);\n",
    'build.cjs': `
      const plugin = require('unplugin-prompt-image/${name}')({ missing: 'draft' });
      const input = './src/main.js';
      ${code}`,
  });
  const { code: exit, output } = await run(process.execPath, ['build.cjs'], { cwd: workspace.root });
  expect(exit, output).toBe(0);
  const [picture = ''] = (await workspace.list('dist')).filter((file) => file.endsWith('.png'));
  expect(await workspace.read('dist/main.js')).toContain(picture);
  expect(picture).not.toBe('');
});
