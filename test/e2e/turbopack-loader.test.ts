import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { createSite, type Site, startSmallGemini } from './support/site.js';

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** Calls the loader as Turbopack does: `call` gives what it answers for the manifest that the command names. */
const prelude = `
  import { readFile, utimes, writeFile } from 'node:fs/promises';
  import loader from 'unplugin-prompt-image/turbopack-loader';
  const resourcePath = process.argv[1];
  const source = await readFile(resourcePath);
  const nothing = () => {};
  const call = (options) => new Promise((done) => loader.call({
    resourcePath, resourceQuery: '', rootContext: process.cwd(), mode: 'production', getOptions: () => options,
    addDependency: nothing, addContextDependency: nothing, emitWarning: nothing,
    async: () => (error, result) => done(error ? error.message : String(result)),
  }, source));`;

const calling = (site: Site, name: string, script: string) =>
  run(process.execPath, ['--input-type=module', '-e', prelude + script, site.path(`src/${name}.image.json`)], {
    cwd: site.root,
  });

test('a manifest that is excluded stays JSON, and is not bought where others are', async () => {
  await using site = await createSite(gemini, { images: { foreign: 'Not ours', barn: 'A barn' }, consent: true });
  const load = (name: string) =>
    calling(site, name, "console.log(await call({ exclude: ['src/foreign.image.json'] }));");
  const { stdout, output } = await load('foreign');
  expect(output).toMatch(/^export default \{/);
  expect(JSON.parse(stdout.replace('export default ', ''))).toEqual({ prompt: 'Not ours', alt: '' });
  expect(gemini.calls).toBe(0);
  expect((await load('barn')).stdout).toContain('barn-');
  expect(gemini.calls).toBe(1);
});

test('a changed config counts for the next call', async () => {
  await using site = await createSite(gemini, { images: { barn: 'A barn' } });
  const { output } = await calling(
    site,
    'barn',
    `
    console.log(await call({}));
    await writeFile('prompt-image.config.js', "export default { provider: 'anyfast', missing: 'draft' };");
    await utimes('prompt-image.config.js', 1, 1);
    console.log((await call({})).includes('barn-') ? 'loaded' : 'not loaded');`,
  );
  expect(output).toMatch(/^\[IMAGE_MISSING\]/);
  expect(output.trim().split('\n').at(-1)).toBe('loaded');
});
