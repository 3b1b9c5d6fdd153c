import { symlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { type Bundler, vites } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { configOf, createSite, type Site, STACK, startSmallGemini } from './support/site.js';

const manifest = { prompt: 'A harbour', alt: 'Harbour' };
const everywhere = `
  import own from './own.image.json';
  import { hero as exported } from 'ui';
  import linked from 'ui/src/hero.image.json';
  import sibling from '../../ui/src/hero.image.json';
  import url from '../../ui/src/hero.image?url';
  globalThis.images = { own, exported, linked, sibling, url };`;

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/**
 * A repository with a site and a package that the site has as a link in `node_modules`.
 * @param project the folder with `prompt-image.config`
 * @param options further ones for Vite
 */
async function createRepository(vite: Bundler, project: string, main: string, options = ''): Promise<Site> {
  const site = await createSite(gemini, {
    bundler: vite,
    images: {},
    files: {
      'package.json': { name: 'repository', private: true, type: 'module', workspaces: ['packages/*'] },
      [`${project}/prompt-image.config.js`]: configOf(gemini.url),
      [`${project}/.env.local`]: `GEMINI_API_KEY=${gemini.key}\n`,
      'packages/site/package.json': { name: 'site', private: true, type: 'module' },
      'packages/site/index.html': vite.files['index.html'] ?? '',
      'packages/site/vite.config.js': `
        import promptImage from 'unplugin-prompt-image/vite';
        export default { plugins: [promptImage()], build: { modulePreload: false }, ${options} };`,
      'packages/site/src/main.js': main,
      'packages/site/src/own.image.json': manifest,
      'packages/ui/package.json': { name: 'ui', type: 'module', exports: { '.': './src/index.js', './*': './*' } },
      'packages/ui/src/index.js': "export { default as hero } from './hero.image.json';",
      'packages/ui/src/hero.image.json': { ...manifest, prompt: 'A harbour at night' },
    },
  });
  if (project !== '.') await site.remove('prompt-image.config.js');
  await symlink(site.path('packages/ui'), site.path('node_modules/ui'), 'junction');
  return site;
}

const build = (site: Site, folder: string, ...words: string[]) =>
  run(process.execPath, [site.bin('vite'), 'build', ...words], { cwd: site.path(folder), env: { NO_COLOR: '1' } });

/** Pictures that are stored, without what follows their labels. */
async function originals(site: Site): Promise<string[]> {
  const names = (await site.list()).map((file) => /^(.*\.prompt-image\/\w+)-.*\.jpg$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined);
}

describe.concurrent.each(vites)('$name', (vite) => {
  test('a config for the repository: a site takes the pictures of its neighbours', async () => {
    await using site = await createRepository(vite, '.', everywhere);
    for (const [folder, words, receipt] of [
      ['packages/site', [], /^2 images: 0 reused, 2 bought/m],
      ['.', ['packages/site'], /^2 images: 2 reused, 0 bought/m],
    ] as const) {
      const { code, output } = await build(site, folder, ...words);
      expect(code, output).toBe(0);
      expect(output).toMatch(receipt);
      const { own, exported, ...same } = await site.images('packages/site/dist');
      expect(own?.src).toMatch(/^\/assets\/own-64w-/);
      expect(exported?.src).toMatch(/^\/assets\/hero-64w-/);
      expect(same).toEqual({ linked: exported, sibling: exported, url: exported?.src });
    }
    expect(await originals(site)).toEqual(['.prompt-image/hero', '.prompt-image/own']);
  });

  test('a config for the site: its own pictures lie beside it, and those of neighbours are refused', async () => {
    const own = "import own from './own.image.json'; globalThis.images = { own };";
    await using site = await createRepository(vite, 'packages/site', own);
    const { code, output } = await build(site, 'packages/site');
    expect(code, output).toBe(0);
    expect(await originals(site)).toEqual(['packages/site/.prompt-image/own']);

    await site.write('packages/site/src/main.js', everywhere);
    const refused = await build(site, 'packages/site');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('[MANIFEST_OUTSIDE_ROOT] ../ui/src/hero.image.json');
    expect(refused.output).toContain('put prompt-image.config into a folder that holds both');
    expect(refused.output).not.toMatch(STACK);
  });

  test.each([
    ['it serves the repository', ''],
    ['it serves the site alone', "server: { fs: { allow: ['.'] } }"],
  ])('a dev server shows the pictures of neighbours and follows them, where %s', async (_, options) => {
    await using site = await createRepository(vite, '.', everywhere, options);
    expect((await site.command(['generate'])).code).toBe(0);
    await using dev = await startDev(site, { folder: 'packages/site' });
    const main = await (await dev.get('src/main.js')).text();
    const addresses = [...main.matchAll(/from "(\/@fs\/[^"]*hero\.image\.json\?import)"/g)].map(([, url]) => url);
    expect(addresses).toHaveLength(2);
    expect(new Set(addresses).size, 'links lead to the same file').toBe(1);
    const image = () => dev.image('hero', `/@fs${site.path('packages/ui/src/hero.image.json')}`);
    const before = await image();
    expect((await dev.get(before.src)).status).toBe(200);
    await dev.logs(/image update \.\.\/ui\/src\/hero\.image\.json/, () =>
      site.write('packages/ui/src/hero.image.json', { prompt: 'A harbour at night', alt: 'Changed' }),
    );
    expect(await image()).toEqual({ ...before, alt: 'Changed' });
  });
});
