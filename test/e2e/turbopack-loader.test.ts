import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { createSite, startSmallGemini } from './support/site.js';

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** Calls the loader as Turbopack does. Prints what it gives for a manifest. */
const loading = `
  import { readFile } from 'node:fs/promises';
  import loader from 'unplugin-prompt-image/turbopack-loader';
  const resourcePath = process.argv[1];
  const nothing = () => {};
  const context = {
    resourcePath, resourceQuery: '', rootContext: process.cwd(), mode: 'production',
    getOptions: () => ({ exclude: ['src/foreign.image.json'] }),
    addDependency: nothing, addContextDependency: nothing, emitWarning: nothing,
    async: () => (error, result) => console.log(error ? error.message : String(result)),
  };
  loader.call(context, await readFile(resourcePath));`;

test('a manifest that is excluded stays JSON, and is not bought where others are', async () => {
  await using site = await createSite(gemini, { images: { foreign: 'Not ours', barn: 'A barn' }, consent: true });
  const load = (name: string) =>
    run(process.execPath, ['--input-type=module', '-e', loading, site.path(`src/${name}.image.json`)], {
      cwd: site.root,
    });
  const { stdout, output } = await load('foreign');
  expect(output).toMatch(/^export default \{/);
  expect(JSON.parse(stdout.replace('export default ', ''))).toEqual({ prompt: 'Not ours', alt: '' });
  expect(gemini.calls).toBe(0);
  expect((await load('barn')).stdout).toContain('barn-');
  expect(gemini.calls).toBe(1);
});

test('a changed config counts for the next call', async () => {
  await using site = await createSite(gemini, { images: { barn: 'A barn' } });
  const again = loading.replace(
    'loader.call(context, await readFile(resourcePath));',
    `
    const call = () => new Promise((done) => {
      loader.call({ ...context, getOptions: () => ({}), async: () => (error) => done(error?.message ?? 'loaded') }, Buffer.from('{}'));
    });
    console.log(await call());
    const { writeFile, utimes } = await import('node:fs/promises');
    await writeFile('prompt-image.config.js', "export default { provider: 'anyfast', missing: 'draft' };");
    await utimes('prompt-image.config.js', 1, 1);
    console.log(await call());`,
  );
  const { output } = await run(
    process.execPath,
    ['--input-type=module', '-e', again, site.path('src/barn.image.json')],
    { cwd: site.root },
  );
  expect(output).toMatch(/^\[IMAGE_MISSING\]/);
  expect(output.trim().split('\n').at(-1)).toBe('loaded');
});
