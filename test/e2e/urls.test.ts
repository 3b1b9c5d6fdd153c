import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { type Bundler, esbuilds, rollups, vites, webpacks } from './support/bundlers.js';
import { createSite, loadImages, type Site, startSmallGemini, urlsOf } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal' };

/** A bundler whose config has other words in one place. */
function changed(bundler: Bundler, before: string, after: string): Bundler {
  const files = Object.entries(bundler.files).map(([file, text]) => [file, String(text).replace(before, after)]);
  return { ...bundler, files: Object.fromEntries(files) };
}

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

async function build(bundler: Bundler, options: Partial<Parameters<typeof createSite>[1]> = {}): Promise<Site> {
  const site = await createSite(gemini, { images, consent: true, ...options, bundler });
  const { code, output } = await site.build();
  expect(code, output).toBe(0);
  return site;
}

/** How a cache on disk is asked for. */
const persistent: Record<string, string> = {
  webpack: "cache: { type: 'filesystem' }",
  'rspack 1': "cache: true, experiments: { cache: { type: 'persistent' } }",
  'rspack 2': "cache: { type: 'persistent' }",
};

/** Each picture's URL without a prefix, as a file of the output. */
async function expectFiles(site: Site, prefix: string): Promise<void> {
  const files = await site.list('dist');
  const urls = Object.values(await site.images()).flatMap(urlsOf);
  expect(new Set(urls).size).toBe(2);
  for (const url of urls) {
    expect(url.startsWith(prefix), url).toBe(true);
    expect(files).toContain(url.slice(prefix.length));
  }
}

describe.concurrent.each(vites)('$name', (bundler) => {
  test.each(['/app/', 'https://cdn.example/x/', './'])('base %s', async (base) => {
    await using site = await build(changed(bundler, 'plugins:', `base: '${base}', plugins:`));
    await expectFiles(site, base === './' ? `file://${site.path('dist')}/` : base);
  });

  test('the config names the files, and inlines none of them', async () => {
    const naming = "rollupOptions: { output: { assetFileNames: 'static/[ext]/[name].[hash][extname]' } }";
    await using site = await build(changed(bundler, 'build: {', `build: { assetsInlineLimit: 1e9, ${naming},`));
    await expectFiles(site, '/');
    expect((await site.images()).barn?.src).toMatch(/^\/static\/webp\/barn-64w\.[\w-]+\.webp$/);
  });

  test('a build for the server gives the same URLs', async () => {
    await using site = await build(bundler);
    const args = [site.bin('vite'), 'build', '--ssr', 'src/main.js', '--outDir', 'dist/server'];
    const { code, output } = await run(process.execPath, args, { cwd: site.root, timeout: 60_000 });
    expect(code, output).toBe(0);
    expect(output).toContain('2 images: 2 reused, 0 bought');
    expect(await loadImages(site.path('dist/server/main.js'))).toEqual(await site.images());
    expect(await site.list('dist/server')).toEqual(['main.js']);
  });

  test('import.meta.glob finds manifests, at once and later', async () => {
    await using site = await build(bundler, {
      files: {
        'src/main.js': `
          const eager = import.meta.glob('./*.image.json', { eager: true, import: 'default' });
          const urls = import.meta.glob('./*.image.json', { eager: true, import: 'default', query: '?url' });
          const lazy = import.meta.glob('./*.image.json');
          const later = Object.entries(lazy).map(async ([path, load]) => [path, (await load()).default]);
          globalThis.images = { eager, urls, lazy: Object.fromEntries(await Promise.all(later)) };`,
      },
    });
    const { eager, urls, lazy } = (await site.images()) as unknown as Record<string, Record<string, { src: string }>>;
    expect(Object.keys(eager ?? {})).toEqual(['./barn.image.json', './canal.image.json']);
    expect(lazy).toEqual(eager);
    expect(urls).toEqual(Object.fromEntries(Object.entries(eager ?? {}).map(([path, { src }]) => [path, src])));
  });
});

describe.concurrent.each(rollups)('$name', (rollup) => {
  test('URLs are found from where the code is', async () => {
    await using site = await build(rollup);
    await expectFiles(site, `file://${site.path('dist')}/`);
  });

  test('in CommonJS, too, and under names of the config', async () => {
    const output =
      "output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', assetFileNames: 'i/[name].[hash][extname]' }";
    const cjs = changed(rollup, "output: { dir: 'dist' }", output);
    await using site = await build({ ...cjs, entry: /^main\.cjs$/ });
    await expectFiles(site, `file://${site.path('dist')}/`);
    expect((await site.images()).barn?.src).toMatch(/\/i\/barn-64w\.[\w-]+\.webp$/);
  });

  test('several outputs of one build', async () => {
    const both = "output: [{ dir: 'dist' }, { dir: 'dist/other', entryFileNames: 'other.js' }]";
    await using site = await build(changed(rollup, "output: { dir: 'dist' }", both));
    const other = await loadImages(site.path('dist/other/other.js'));
    const files = await site.list('dist/other');
    for (const { src } of Object.values(other)) expect(files).toContain(src.split('/dist/other/')[1]);
  });
});

describe.concurrent.each(webpacks)('$name', (webpack) => {
  test.each(['https://cdn.example/x/', '/app/'])('public path %s', async (path) => {
    await using site = await build(changed(webpack, "publicPath: '/'", `publicPath: '${path}'`));
    await expectFiles(site, path);
  });

  test('names by default', async () => {
    await using site = await build(changed(webpack, "assetModuleFilename: 'assets/[name]-[contenthash][ext]'", ''));
    await expectFiles(site, '/');
  });

  test('its own cache does not come between', async () => {
    await using site = await build(
      changed(webpack, "mode: 'production',", `mode: 'production', ${persistent[webpack.name]},`),
    );
    const before = await site.hashTree('dist');
    await site.remove('dist');
    await site.remove('node_modules/.cache/prompt-image');
    const { code, output } = await site.build();
    expect(code).toBe(0);
    expect(output).toContain('2 images: 2 reused, 0 bought');
    await expectFiles(site, '/');
    expect(await site.hashTree('dist')).toBe(before);
    await site.edit('barn', { prompt: 'A barn', alt: 'Changed' });
    expect((await site.build()).code).toBe(0);
    expect((await site.images()).barn?.alt).toBe('Changed');
    const config = await site.read('prompt-image.config.js');
    await site.write('prompt-image.config.js', config.replace('[64]', '[48]'));
    expect((await site.build()).code).toBe(0);
    expect((await site.images()).barn?.width).toBe(48);
  });
});

describe.concurrent.each(esbuilds)('$name', (esbuild) => {
  test.each(['https://cdn.example/x/', '/app/'])('public path %s', async (path) => {
    await using site = await build(changed(esbuild, "publicPath: '/'", `publicPath: '${path}'`));
    await expectFiles(site, path);
  });

  test('without one, from where the output is', async () => {
    await using site = await build(changed(esbuild, "publicPath: '/',", ''));
    await expectFiles(site, './');
  });

  test('its own option names them, and entries share them', async () => {
    const options = "entryPoints: ['src/main.js', 'src/other.js'], assetNames: 'i/[dir]/[name].[hash]',";
    await using site = await build(changed(esbuild, "entryPoints: ['src/main.js'],", options), {
      files: { 'src/other.js': "import barn from './barn.image'; globalThis.images = { barn };" },
    });
    await expectFiles(site, '/');
    const other = await loadImages(site.path('dist/other.js'));
    expect(other.barn).toEqual((await site.images()).barn);
    expect((await site.list('dist')).filter((file) => /barn-64w/.test(file))).toHaveLength(1);
  });

  test('what is not to be written is in the result', async () => {
    const script = String(esbuild.files['build.js']).replace('bundle: true,', 'bundle: true, write: false,');
    const said = script.replace('await build(options)', 'const { outputFiles } = await build(options)');
    const files = { 'build.js': `${said}\nconsole.log(outputFiles.map(({ path }) => path).join());` };
    await using site = await createSite(gemini, { images, consent: true, bundler: { ...esbuild, files } });
    const { output } = await site.build();
    expect(output).toMatch(/dist\/main\.js/);
    expect(output).toMatch(/dist\/barn-64w-\w+\.webp/);
    expect(await site.list('dist')).toEqual([]);
  });
});
