import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { type FileContent, start } from '../support/workspace.js';
import { type Bundler, persistent, saver, vites, webpacks } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, type Site, STACK, startSmallGemini } from './support/site.js';

const prompt = 'A harbour at the break of day';
const hero = { prompt, alt: 'Harbour', variants: { night: { prompt: 'The same by night' } } };
const images = { hero, dune: 'A dune' };
const output = { formats: ['avif', 'webp'], widths: [32, 64], placeholder: false };

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

const create = (bundler: Bundler, files: Record<string, FileContent>) =>
  createSite(gemini, { bundler, images, consent: true, config: { defaults: { output } }, files });

/** The pictures and manifests that a text names by a URL, without those of which the fixtures say that they stay. */
const urlsIn = (text: string): string[] =>
  [...text.replaceAll('&quot;', '"').matchAll(/[^\s"'(),=>]+\.(?:avif|webp|json)\b[^\s"'(),<]*/g)]
    .map(([url]) => url)
    .filter((url) => !/^https:\/\/example|variant=none|^\.\/src\//.test(url));

const stylesheet = `
  /* Not this one: url(./hero.image.json?variant=none) */
  .a { background: no-repeat url(./hero.image.json) }
  .b { background: url( "./hero.image.json?variant=night" ), url('dune.image.json') }
  .c { background: image-set("./hero.image" 1x type("image/webp"), url(/src/dune.image.json) 2x) }
  .d { background: url(data:image/png;base64,iVBORw0KGgo=) }
`;
const page = `<!doctype html>
  <meta property="og:image" content="./src/dune.image.json">
  <link rel="preload" as="image" href="/src/hero.image.json">
  <style>h1 { background: url('./src/hero.image.json?variant=night') }</style>
  <img src="./src/hero.image.json" alt="5 > 3" srcset="src/hero.image 1x, ./src/hero.image.json?variant=night 2x">
  <video poster="/src/dune.image.json"></video>
  <noscript><img src="src/dune.image.json" alt=""></noscript>
  <p style="background: url(src/dune.image.json)">./src/hero.image.json</p>
  <a href="https://example.com/hero.image.json">Elsewhere</a>
  <script type="module" src="/src/main.js"></script>`;
const files = { 'index.html': page, 'src/main.js': "import './main.css';", 'src/main.css': stylesheet };

describe.concurrent.each(vites)('$name', (bundler) => {
  const withBase = (base: string): Record<string, FileContent> => ({
    ...files,
    'vite.config.js': `
      import promptImage from 'unplugin-prompt-image/vite';
      export default { base: '${base}', plugins: [promptImage()] };`,
  });

  test.each(['/', '/app/', './', 'https://cdn.example/x/'])(
    'stylesheets and pages show the fallback, or the variant that they name: base %s',
    async (base) => {
      await using site = await create(bundler, withBase(base));
      const { code, output: printed } = await site.build();
      expect(code, printed).toBe(0);
      expect(printed).toMatch(/3 images: \d reused, \d bought/);
      expect(printed).not.toMatch(/warn|didn't resolve/i);
      const built = await site.list('dist');
      const named = await Promise.all(
        built.filter((file) => /\.(?:html|css)$/.test(file)).map((file) => picturesIn(site, file, base)),
      );
      // What makes stylesheets small repeats an image-set() for older browsers.
      expect(Object.entries(countOf(named.flat())).sort()).toEqual([
        ['dune-64w', expect.toBeOneOf([6, 7])],
        ['hero-64w', expect.toBeOneOf([5, 6])],
        ['hero-night-64w', 3],
      ]);
      // Those, and none of the other widths and formats.
      expect(built.filter((file) => /\.(?:avif|webp)$/.test(file))).toHaveLength(3);
      const html = await site.read('dist/index.html');
      expect(html).toContain('>./src/hero.image.json</p>');
      expect(html).toContain('href="https://example.com/hero.image.json"');
      expect(leaksIn(await contentsOf(site, 'dist'), [prompt, 'The same by night'])).toEqual([]);
    },
  );

  test('what names no picture is told, with its line', async () => {
    await using site = await create(bundler, {
      'src/main.js': "import './main.css';",
      'src/main.css': '\n.a { background: url(./hero.image.json?variant=nigth) }',
    });
    const built = await site.build();
    expect(built.code, built.output).toBe(1);
    expect(built.output).toContain('[IMAGE_UNKNOWN] src/main.css:2:24: src/hero.image.json has no variant "nigth"');
    expect(built.output).toContain('Did you mean "night"?');
    expect(built.output).not.toMatch(STACK);
    await site.write('src/main.css', '.a { background: url(./all.images.json) }');
    await site.write('src/all.images.json', { prompt: '{{things}}', items: [{ id: 'one', things: 'stones' }] });
    // A module that imports it rightly, and later, does not make up for it.
    await site.write('src/main.js', "import './main.css'; import all from './all.images.json'; console.log(all);");
    const late = `plugins: [{
      name: 'late', enforce: 'pre',
      load: (id) => id.endsWith('all.images.json') ? new Promise((resolve) => setTimeout(resolve, 1500)) : null,
    }, `;
    const config = String(bundler.files['vite.config.js']);
    await site.write('vite.config.js', config.replace('plugins: [', late));
    const { code, output: ofCollection } = await site.build();
    expect(code, ofCollection).toBe(1);
    expect(ofCollection).toContain('src/main.css:1:24: src/all.images.json is a collection');
    await site.write('src/main.css', '.a { background: url(./hero.image.json?raw) }');
    expect((await site.build()).output).toContain('[MANIFEST_LEAK] src/main.css:1:24');
  });

  test('a watching build follows the manifest', async () => {
    await using site = await create(bundler, {
      'src/main.js': "import './main.css';",
      'src/main.css': '.a { background: url(./hero.image.json) }',
    });
    expect((await site.command(['generate'])).code).toBe(0);
    const options = { cwd: site.root, env: { NO_COLOR: '1' } };
    await using builder = await start(process.execPath, [...bundler.command(site), '--watch'], options);
    await builder.waitFor(/2 images: 2 reused/);
    const css = async () => {
      const file = (await site.list('dist')).find((each) => each.endsWith('.css'));
      return file && site.read(`dist/${file}`);
    };
    expect(await css()).toMatch(/hero-64w/);
    // More than once, because watchers start some time after the first build; but not while a round is under way.
    const edited = async (width: number) => {
      const from = builder.output().length;
      await site[saver(bundler)]('src/hero.image.json', { ...hero, output: { widths: [width] } });
      await builder.waitFor(/2 images: 2 reused/, 5000, from);
      expect(await css()).toMatch(new RegExp(`hero-${width}w`));
    };
    await vi.waitFor(() => edited(48), { timeout: 30_000 });
    await vi.waitFor(() => edited(24), { timeout: 30_000 });
    // Nothing of a round is left when the next one may begin.
    const [round] = builder.output().split('built in');
    expect(round).toMatch(/2 images: 2 reused/);
    expect(builder.output()).not.toMatch(STACK);
  });

  test('a dev server serves them', async () => {
    await using site = await create(bundler, withBase('/app/'));
    expect((await site.command(['generate'])).code).toBe(0);
    await using server = await startDev(site, { env: { CI: 'true' } });
    const css = await (await server.get('src/main.css', { accept: 'text/css' })).text();
    const html = await (await server.get('')).text();
    const names: string[] = [];
    for (const url of [...urlsIn(css), ...urlsIn(html)]) {
      const response = await server.get(url);
      expect(response.headers.get('content-type'), url).toBe('image/webp');
      names.push(url.replace(/^.*\/([\w-]+)\..*$/, '$1'));
    }
    expect(countOf(names)).toEqual({ 'dune-64w': 6, 'hero-64w': 5, 'hero-night-64w': 3 });
  });
});

/** What writes the stylesheets of css-loader into a file. */
const extractors: Record<string, string> = {
  webpack: "import Extract from 'mini-css-extract-plugin';",
  'rspack 1': "import { CssExtractRspackPlugin as Extract } from 'rspack1';",
  'rspack 2': "import { CssExtractRspackPlugin as Extract } from '@rspack/core';",
};

/** How stylesheets are taken: by loaders, and by the bundler itself. */
const stylesheets: [name: string, options: string][] = [
  [
    'css-loader',
    `module: { rules: [{ test: /\\.css$/, use: [Extract.loader, 'css-loader'], type: 'javascript/auto' }] }`,
  ],
  ['its own', 'experiments: { css: true }, module: { rules: [{ test: /\\.css$/, type: "css/auto" }] }'],
];

describe.concurrent.each(webpacks)('$name', (bundler) => {
  const [config] = Object.keys(bundler.files);
  if (!config) throw new Error('A bundler has a config');
  const withStyles = (options: string, publicPath = '/'): Record<string, FileContent> => ({
    'src/main.js': "import './main.css'; import hero from './hero.image.json'; globalThis.images = { hero };",
    'src/main.css': "@import './theme.css';\n.a { background: url(./hero.image.json) }",
    'src/theme.css': '.b { background: image-set("./hero.image.json?variant=night" 1x, url(dune.image.json) 2x) }',
    [config]: `
      ${extractors[bundler.name]}
      ${String(bundler.files[config])
        .replace("publicPath: '/'", `publicPath: '${publicPath}'`)
        .replace('plugins: [', `${options}, plugins: [new Extract(), `)}`,
  });

  test.each(stylesheets)('stylesheets show the fallback, or the variant that they name: %s', async (_, options) => {
    await using site = await create(bundler, withStyles(options));
    const { code, output: printed } = await site.build();
    expect(code, printed).toBe(0);
    const named = await picturesIn(site, 'main.css', '/', /^\/assets\/(.*)-[\w-]{16,}\.webp$/);
    expect([...new Set(named)].sort()).toEqual(['dune-64w', 'hero-64w', 'hero-night-64w']);
    // The script names the same file.
    expect(await site.read('dist/main.css')).toContain((await site.images()).hero?.src);
    expect(leaksIn(await contentsOf(site, 'dist'), [prompt, 'The same by night'])).toEqual([]);
  });

  test.each(stylesheets)('a watching build follows the manifest: %s', async (_, options) => {
    const files = withStyles(options);
    await using site = await create(bundler, {
      ...files,
      'src/main.js': "import './main.css';",
      [config]: String(files[config]).replace("mode: 'production'", "mode: 'development'"),
      'build.js': String(bundler.files['build.js']).replace('...config }', '...config, watch: true }'),
    });
    expect((await site.command(['generate'])).code).toBe(0);
    const process_ = { cwd: site.root, env: { NO_COLOR: '1' } };
    await using builder = await start(process.execPath, bundler.command(site), process_);
    await builder.waitFor(/3 images: 3 reused/);
    const shows = (pattern: RegExp) =>
      vi.waitFor(async () => expect(await site.read('dist/main.css')).toMatch(pattern), { timeout: 30_000 });
    await shows(/hero-64w/);
    await site.replace('src/hero.image.json', { ...hero, output: { widths: [48] } });
    await shows(/hero-48w/);
    await site.replace('src/hero.image.json', { ...hero, output: { widths: [24] } });
    await shows(/hero-24w/);
    expect(builder.output()).not.toMatch(/ERROR|MANIFEST_LEAK/);
    // No round follows from another one's files.
    expect(builder.output().match(/3 images: /g)?.length).toBeLessThan(7);
  });

  test.each(stylesheets)('a cache on disk keeps no picture for another: %s', async (_, options) => {
    const files = withStyles(`${persistent[bundler.name]}, ${options}`);
    await using site = await create(bundler, { ...files, 'src/main.js': "import './main.css';" });
    const build = async () => {
      await site.remove('dist');
      const { code, output: printed } = await site.build();
      expect(code, printed).toBe(0);
      expect(printed).toMatch(/3 images: /);
      return new Set(await picturesIn(site, 'main.css', '/', /^\/assets\/(.*)-[\w-]{16,}\.webp$/));
    };
    expect(await build()).toContain('hero-64w');
    await site.remove('node_modules/.cache/prompt-image');
    expect(await build()).toContain('hero-64w');
    await site.edit('hero', { ...hero, output: { widths: [48] } });
    expect(await build()).toContain('hero-48w');
  });

  test('what names no picture is told, with its line', async () => {
    const [[, options] = ['', '']] = stylesheets;
    await using site = await create(bundler, {
      ...withStyles(options),
      'src/theme.css': '\n.a { background: url(./hero.image.json?variant=nigth) }',
    });
    const built = await site.build();
    expect(built.code, built.output).toBe(1);
    expect(built.output).toContain('[IMAGE_UNKNOWN] src/theme.css:2:24: src/hero.image.json has no variant "nigth"');
    expect(built.output).not.toMatch(STACK);
  });
});

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Names of the pictures that a built file names, each found in the output. */
async function picturesIn(
  site: Site,
  file: string,
  base: string,
  pattern = /^.*\/([\w-]+)-[\w-]{8}\.webp$/,
): Promise<string[]> {
  const from = base === './' ? dirname(site.path('dist', file)) : '/';
  const urls = urlsIn(await site.read(`dist/${file}`));
  return Promise.all(
    urls.map(async (url) => {
      if (base !== './') expect(url.startsWith(base), url).toBe(true);
      const path = base === './' ? resolve(from, url) : site.path('dist', url.slice(base.length));
      expect((await readFile(path)).toString('latin1', 8, 12)).toBe('WEBP');
      return url.replace(pattern, '$1');
    }),
  );
}
