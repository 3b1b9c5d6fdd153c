import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import {
  type Bundler,
  changed,
  configured,
  esbuilds,
  persistent,
  rollups,
  vites,
  webpacks,
} from './support/bundlers.js';
import { createSite, loadImages, type Site, startSmallGemini, urlsOf } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal' };

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

/** Two entries, each with an image that the other one has, too. */
const sharing = [
  ...vites.map((bundler) =>
    changed(
      bundler,
      'build: {',
      `build: { rollupOptions: { input: ['src/main.js', 'src/other.js'],
      output: { entryFileNames: '[name].js' } },`,
    ),
  ),
  ...rollups.map((bundler) => changed(bundler, "'src/main.js'", "['src/main.js', 'src/other.js']")),
  ...webpacks.map((bundler) =>
    changed(bundler, "'./src/main.js'", "{ main: './src/main.js', other: './src/other.js' }"),
  ),
  ...esbuilds.map((bundler) => changed(bundler, "['src/main.js']", "['src/main.js', 'src/other.js']")),
].map((bundler) => ({ ...bundler, entry: /^main\.js$/ }));

test.concurrent.each(sharing)('$name: what two entries show is there once', async (bundler) => {
  await using site = await build(bundler, {
    files: { 'src/other.js': "import barn from './barn.image'; globalThis.images = { barn };" },
  });
  const { barn } = await loadImages(site.path('dist/other.js'));
  expect(barn).toEqual((await site.images()).barn);
  expect((await site.list('dist')).filter((file) => /barn-64w/.test(file))).toHaveLength(1);
});

describe.concurrent.each(vites)('$name', (bundler) => {
  test.each(['/app/', 'https://cdn.example/x/', './'])('base %s', async (base) => {
    await using site = await build(configured(bundler, `base: '${base}'`));
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

  test.each(['', './'])('public path "%s", from where the page is', async (path) => {
    await using site = await build(changed(webpack, "publicPath: '/'", `publicPath: '${path}'`));
    await expectFiles(site, path);
  });

  test('public path "auto", from where the code is', async () => {
    const module = "module: true, publicPath: 'auto', ";
    const options = changed(webpack, "mode: 'production',", "mode: 'production', experiments: { outputModule: true },");
    await using site = await build({ ...changed(options, "publicPath: '/', ", module), entry: /^main\.m?js$/ });
    await expectFiles(site, `file://${site.path('dist')}/`);
  });

  test('a build for the server gives the same URLs, and writes files unless told not to', async () => {
    const both = `const server = (path, emit) => ({
        ...config,
        target: 'node',
        output: { ...config.output, path: import.meta.dirname + '/dist/' + path },
        module: { generator: { asset: { emit } } },
        plugins: [promptImage()],
      });
      compile([config, server('server', true), server('silent', false)].map((each) => ({ context: import.meta.dirname, ...each }))`;
    const multiple = changed(webpack, 'compile({ context: import.meta.dirname, ...config }', both);
    const importing = "import promptImage from 'unplugin-prompt-image/";
    const plugin = webpack.files['webpack.config.js'] ? 'webpack' : 'rspack';
    await using site = await build(changed(multiple, 'import compile', `${importing}${plugin}'; import compile`));
    const images = await site.images();
    for (const folder of ['server', 'silent']) {
      expect(await loadImages(site.path('dist', folder, 'main.js'))).toEqual(images);
    }
    expect(await site.list('dist/server')).toEqual(expect.arrayContaining(Object.values(images).flatMap(site.filesOf)));
    expect(await site.list('dist/silent')).toEqual(['main.js']);
  });

  test('its own cache does not come between', async () => {
    await using site = await build(
      changed(webpack, "mode: 'production',", `mode: 'production', ${persistent[webpack.name]},`),
    );
    const before = await site.hashTree('dist');
    // With its derived files there, and without.
    for (const gone of [['dist'], ['dist', 'node_modules/.cache/prompt-image']]) {
      for (const folder of gone) await site.remove(folder);
      const { code, output } = await site.build();
      expect(code).toBe(0);
      expect(output).toContain('2 images: 2 reused, 0 bought');
      await expectFiles(site, '/');
      expect(await site.hashTree('dist')).toBe(before);
    }
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

  test('its own option names them', async () => {
    await using site = await build(
      changed(esbuild, 'bundle: true,', "bundle: true, assetNames: 'i/[dir]/[name].[hash]',"),
    );
    await expectFiles(site, '/');
    expect((await site.images()).barn?.src).toMatch(/^\/i\/.*barn-64w\.\w+\.webp$/);
  });

  test('a build for the server gives the same URLs', async () => {
    const both = `const server = { ...options, platform: 'node', outdir: 'dist/server', plugins: [promptImage()] };
      await Promise.all([build(options), build(server)])`;
    await using site = await build(changed(esbuild, 'await build(options)', both));
    expect(await loadImages(site.path('dist/server/main.js'))).toEqual(await site.images());
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
