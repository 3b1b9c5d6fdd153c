import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { vites } from './support/bundlers.js';
import { type DevServer, startDev } from './support/dev-server.js';
import { createSite, type SiteOptions, STACK, startSmallGemini } from './support/site.js';

const prompt = 'A harbour that its package has not built';
const HERO = 'node_modules/ui/hero.image.json';

/** A package whose code imports manifests as they are. */
const files = {
  'node_modules/ui/package.json': { name: 'ui', type: 'module', exports: './index.js' },
  'node_modules/ui/index.js': `
    import hero from './hero.image.json';
    import apples from './apples.images';
    export { hero, apples };
    export const later = () => import('./hero.image.json');`,
  [HERO]: { prompt, alt: '' },
  'node_modules/ui/apples.images.json': { prompt, alt: '', items: { red: {} } },
  'src/main.js': "import * as ui from 'ui'; globalThis.images = ui;",
};

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** The package as a dev server has bundled it. */
async function bundled(dev: DevServer): Promise<string> {
  const main = await (await dev.get('src/main.js')).text();
  const [, url] = /from "([^"]*\/deps\/ui\.js[^"]*)"/.exec(main) ?? [];
  if (url === undefined) throw new Error(`The package is not bundled:\n${main}`);
  return (await dev.get(url)).text();
}

describe.concurrent.each(vites)('$name: a package that ships manifests', (bundler) => {
  const create = (options: Partial<SiteOptions> = {}) => createSite(gemini, { bundler, images: {}, files, ...options });

  test('fails in a build', async () => {
    await using site = await create();
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output).toContain(`[MANIFEST_OUTSIDE_ROOT] ${HERO}`);
    expect(output).toContain('[MANIFEST_OUTSIDE_ROOT] node_modules/ui/apples.images.json');
    expect(output).toContain('Build the package that the manifest comes from');
    expect(output).not.toMatch(STACK);
  });

  test('fails in a dev server, too, instead of giving the manifests', async () => {
    await using site = await create();
    await using dev = await startDev(site);
    const code = await bundled(dev);
    expect(code).not.toContain(prompt);
    for (const name of ['hero.image', 'apples.images'])
      expect(code).toContain(`"/node_modules/ui/${name}.json?import"`);
    expect(await dev.image('hero', HERO)).toMatchObject({ draft: true });
    await dev.waitFor(/\[MANIFEST_OUTSIDE_ROOT\] node_modules\/ui\/hero\.image\.json/);
    expect(dev.output()).not.toMatch(STACK);
  });

  test('keeps those that exclude matches', async () => {
    const main = "import hero from './hero.image.json'; export { hero };";
    await using site = await create({
      config: { exclude: [HERO] },
      files: { ...files, 'node_modules/ui/index.js': main },
    });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    expect(await site.images()).toEqual({ hero: { prompt, alt: '' } });
    await using dev = await startDev(site);
    expect(await bundled(dev)).toContain(prompt);
  });
});
