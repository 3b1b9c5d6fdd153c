import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { type Bundler, esbuilds, rollups, vites, webpacks } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const hero = { prompt: 'A harbour at the break of day', alt: 'Harbour' };
const manifest = JSON.stringify(hero, undefined, 2);
const secrets = [hero.prompt, manifest];

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

const build = async (bundler: Bundler, files: Record<string, string>) => {
  const site = await createSite(gemini, { bundler, images: { hero }, consent: true, files });
  return { site, ...(await site.build()) };
};

/** Builds a site that uses a manifest as it must not be used. @returns what it prints */
const refused = async (bundler: Bundler, files: Record<string, string>): Promise<string> => {
  const { site, code, output } = await build(bundler, files);
  await using _ = site;
  expect(code, output).toBe(1);
  expect(output.match(/\[MANIFEST_LEAK\]/g), output).toHaveLength(1);
  expect(output).not.toMatch(STACK);
  expect(await site.list('dist')).toEqual([]);
  return output;
};

/** A plugin's text for Rollup and Vite. */
const inliner = `{
  name: 'inliner',
  transform(code, id) {
    if (!id.endsWith('main.js')) return;
    const text = readFileSync(new URL('./src/hero.image.json', import.meta.url), 'utf8');
    return code.replace('MANIFEST', JSON.stringify(text));
  },
}`;
const instead = "import hero from './hero.image.json';";

describe.concurrent.each(vites)('$name', (bundler) => {
  const config = (options: string, plugins = '') => `
    import { readFileSync } from 'node:fs';
    import promptImage from 'unplugin-prompt-image/vite';
    export default { plugins: [promptImage(), ${plugins}], ${options} };`;
  const emitting = { 'vite.config.js': config('build: { assetsInlineLimit: 0 }') };
  const url = "\nconsole.log(new URL('./hero.image.json', import.meta.url).href);";

  test.each([
    ['new URL(), inlined', { 'src/main.js': url }, 'src/main.js:2:'],
    ['new URL(), emitted', { ...emitting, 'src/main.js': url }, 'src/main.js:2:'],
    ['?raw', { 'src/main.js': "import text from './hero.image.json?raw';\nconsole.log(text);" }, 'src/main.js:1:'],
    ['?inline', { 'src/main.js': "import text from './hero.image?inline';\nconsole.log(text);" }, 'src/main.js:1:'],
    [
      'a glob of texts',
      { 'src/main.js': "console.log(import.meta.glob('./*.image.json', { query: '?raw', eager: true }));" },
      'src/main.js',
    ],
    [
      'a plugin that inlines it',
      { 'vite.config.js': config('', inliner), 'src/main.js': 'console.log(MANIFEST);' },
      'src/hero.image.json',
    ],
  ])('%s is refused, with the line and what to write instead', async (_, files, place) => {
    const output = await refused(bundler, files);
    expect(output).toContain(place);
    expect(output).toContain(instead);
  });

  test.each([
    ['inlined', {}],
    ['emitted', emitting],
  ])('a stylesheet behind an @import that names it is refused: %s', async (_, files) => {
    const output = await refused(bundler, {
      ...files,
      'src/main.js': "import './main.css';",
      'src/main.css': "@import './theme.css';",
      'src/theme.css': '\n\nmain { background: url(./hero.image.json) }',
    });
    expect(output).toContain('src/theme.css:3:');
    expect(output).toContain('where a module imports them, in Vite');
    expect(output).toContain(instead);
  });

  test('a manifest in public/ is refused before anything is built', async () => {
    const output = await refused(bundler, { 'public/pictures/hero.image.json': manifest });
    expect(output).toContain('[MANIFEST_LEAK] public/pictures/hero.image.json: would be published as it is');
  });

  test('workers get the image, and nothing else of it', async () => {
    const { site, code, output } = await build(bundler, {
      'src/main.js': "new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });",
      'src/worker.js': "import hero from './hero.image'; postMessage(hero.src);",
    });
    await using _ = site;
    expect(code, output).toBe(0);
    expect(output).toMatch(/1 image: \d reused, \d bought/);
    const contents = await contentsOf(site, 'dist');
    expect(leaksIn(contents, secrets)).toEqual([]);
    const worker =
      Object.entries(contents)
        .find(([name]) => /worker-[\w-]+\.js$/.test(name))?.[1]
        .toString() ?? '';
    const [, picture = ''] = /"[^"]*\/(hero-64w-[\w-]+\.webp)"/.exec(worker.replaceAll('`', '"')) ?? [];
    expect(Object.keys(contents)).toContain(`dist/assets/${picture}`);
  });
});

test.concurrent.each(rollups)(
  '$name: a query, an asset of another plugin, and a plugin that inlines are refused',
  async (rollup) => {
    const config = (plugin: string) => `
    import { readFileSync } from 'node:fs';
    import promptImage from 'unplugin-prompt-image/${rollup.name}';
    export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage(), ${plugin}] };`;
    const raw = await refused(rollup, {
      'src/main.js': "import text from './hero.image.json?raw';\nconsole.log(text);",
    });
    expect(raw).toContain('src/main.js:1:');
    expect(raw).toContain(instead);
    await refused(rollup, { [`${rollup.name}.config.js`]: config(inliner), 'src/main.js': 'console.log(MANIFEST);' });
    const emitter = `{
    name: 'emitter',
    buildEnd() {
      this.emitFile({ type: 'asset', name: 'data.json', source: readFileSync('src/hero.image.json') });
    },
  }`;
    expect(await refused(rollup, { [`${rollup.name}.config.js`]: config(emitter), 'src/main.js': '' })).toContain(
      'data-',
    );
  },
);

test.concurrent.each(webpacks)('$name: a query, an asset, and one among imports are refused', async (webpack) => {
  const raw = await refused(webpack, {
    'src/main.js': "import text from './hero.image.json?raw';\nconsole.log(text);",
  });
  expect(raw).toContain('src/main.js:1:');
  expect(raw).toContain(instead);
  const url = 'console.log(new URL("./hero.image.json", import.meta.url).href);';
  const asset = await refused(webpack, { 'src/main.js': `\n${url}` });
  expect(asset).toContain('src/main.js:2:');
  expect(asset).toContain(instead);
  const both = await refused(webpack, {
    'src/main.js': `import hero from './hero.image.json';\nconsole.log(hero);\n${url}`,
  });
  expect(both).toContain('src/main.js:3:');
});

test.concurrent.each(esbuilds)('$name: a query, a style, and a text are refused', async (esbuild) => {
  const raw = await refused(esbuild, {
    'src/main.js': "import text from './hero.image.json?raw';\nconsole.log(text);",
  });
  expect(raw).toContain('src/main.js:1:');
  expect(raw).toContain(instead);
  const style = await refused(esbuild, {
    'src/main.js': "import './main.css';",
    'src/main.css': '\n.hero { background: url("./hero.image.json") }',
  });
  expect(style).toContain('src/main.css:2:');
  const inliner = `{
    name: 'inliner',
    setup: (build) => build.onLoad({ filter: /main\\.js$/ }, async () => ({
      contents: 'console.log(' + JSON.stringify((await import('node:fs')).readFileSync('src/hero.image.json', 'utf8')) + ')',
    })),
  }`;
  const script = String(esbuild.files['build.js']).replace('plugins: [', `plugins: [${inliner}, `);
  await refused(esbuild, { 'build.js': script, 'src/main.js': '' });
});

test.concurrent('what only looks like a manifest is left alone', async () => {
  const text = JSON.stringify({ prompt: 'Name your island' });
  const { site, code, output } = await build(vites[0]!, {
    'src/main.js': `import chat from './chat.json?url';\nimport hero from './hero.image.json';\nconsole.log(chat, hero, ${JSON.stringify(text)});`,
    'src/chat.json': text,
  });
  await using _ = site;
  expect(code, output).toBe(0);
});

test.concurrent('in dev a manifest is no file, and no text either', async () => {
  const files = { 'src/main.js': "\nexport const url = new URL('./hero.image.json', import.meta.url);" };
  await using site = await createSite(gemini, { images: { hero }, files });
  await using dev = await startDev(site);
  await dev.get('src/main.js');
  const [said] = await dev.logs(/\[MANIFEST_LEAK\][\s\S]*?import hero from '.\/hero.image.json';/, async () => {
    const answer = await dev.get('src/hero.image.json');
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain(hero.prompt);
  });
  expect(said).toContain('src/main.js:2:');
  expect((await dev.image('hero')).draft).toBe(true);

  const raw = await dev.get('src/hero.image.json?import&raw');
  expect(raw.status).toBe(500);
  expect(await raw.text()).not.toContain(hero.prompt);
  expect(dev.output()).not.toMatch(STACK);
});
