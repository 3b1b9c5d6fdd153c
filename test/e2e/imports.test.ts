import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gemini, picture } from '../loopback/gemini.js';
import { bundlers } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const hero = { prompt: 'A harbour', alt: 'Harbour', output: { formats: ['webp', 'jpeg'], widths: [32, 64] } };

describe.concurrent.each(bundlers)('$name', (bundler) => {
  let gemini: Gemini;
  beforeAll(async () => {
    gemini = await startSmallGemini();
  });
  afterAll(() => gemini.close());

  const built = async (options: Omit<Parameters<typeof createSite>[1], 'bundler'>) => {
    const site = await createSite(gemini, { bundler, consent: true, ...options });
    return { site, ...(await site.build()) };
  };
  const failing = async (options: Parameters<typeof built>[0]) => {
    const { site, code, output } = await built(options);
    await using _ = site;
    expect(code).toBe(1);
    expect(output).not.toMatch(STACK);
    expect(await site.list('dist')).toEqual([]);
    return output;
  };

  test('every form of import gives the same image', async () => {
    const { site, code, output } = await built({
      images: { hero, twin: { ...hero, alt: 'The same' } },
      files: {
        'src/main.js': `
          import hero from './hero.image.json';
          import * as all from './hero.image.json';
          import attributed from './hero.image.json' with { type: 'json' };
          import url from './hero.image.json?url';
          import short from './hero.image';
          import shortUrl from './hero.image?url';
          import twin from './twin.image.json';
          export { default as exported } from './hero.image.json';
          globalThis.images = { hero, namespace: all.default, attributed, url, short, shortUrl, twin };`,
      },
    });
    await using _ = site;
    expect(code, output).toBe(0);
    expect(output).toContain('1 image: 0 reused, 1 bought');
    const { hero: image, twin, url, shortUrl, ...same } = await site.images();
    if (!image || !twin) throw new Error('Nothing was imported');
    expect(image).toMatchObject({ alt: 'Harbour', width: 64, height: 64, format: 'jpeg' });
    expect(Object.keys(image.sources)).toEqual(['webp', 'jpeg']);
    expect(image.img).toEqual({ src: image.src, w: 64, h: 64 });
    for (const [form, other] of Object.entries(same)) expect(other, form).toEqual(image);
    expect([url, shortUrl]).toEqual([image.src, image.src]);

    const files = site.filesOf(image);
    expect(files).toHaveLength(4);
    expect(twin.alt).toBe('The same');
    expect(await Promise.all(site.filesOf(twin).map((file) => site.readBytes(`dist/${file}`)))).toEqual(
      await Promise.all(files.map((file) => site.readBytes(`dist/${file}`))),
    );
    const pictures = (await site.list('dist')).filter((file) => /\.(webp|jpg)$/.test(file));
    for (const file of [...files, ...site.filesOf(twin)]) expect(pictures).toContain(file);
  });

  test('the URL alone brings one file', async () => {
    const { site, code, output } = await built({
      images: { hero },
      files: { 'src/main.js': "import url from './hero.image.json?url'; globalThis.images = { url };" },
    });
    await using _ = site;
    expect(code, output).toBe(0);
    const pictures = (await site.list('dist')).filter((file) => /\.(webp|jpg)$/.test(file));
    expect(pictures).toHaveLength(1);
    expect((await site.images()).url).toContain(pictures[0]);
  });

  test('a missing alt is a warning that quotes the caption', async () => {
    gemini.whenPrompt(/bridge/, picture({ size: { width: 64, height: 64 }, caption: 'A stone bridge over a river' }));
    const { site, code, output } = await built({ images: { bridge: { prompt: 'A bridge' } } });
    await using _ = site;
    expect(code).toBe(0);
    expect(output.match(/1 image has no alt text.*\n.*src\/bridge\.image\.json/g)).toHaveLength(1);
    expect(output).toContain('“A stone bridge over a river”');
    expect((await site.images()).bridge).toMatchObject({ alt: '' });
    expect(output).not.toMatch(STACK);
  });

  test('what exclude matches is left to the bundler', async () => {
    const { site, code, output } = await built({
      images: { hero },
      config: { exclude: ['src/data.image.json'] },
      files: {
        'src/data.image.json': { colours: ['red', 'blue'] },
        // Rollup itself takes no JSON.
        'src/main.js': `
          import hero from './hero.image.json';
          ${bundler.name === 'rollup' ? 'const data = { colours: ["red", "blue"] };' : "import data from './data.image.json';"}
          globalThis.images = { hero, data };`,
      },
    });
    await using _ = site;
    expect(code, output).toBe(0);
    expect(await site.images()).toMatchObject({ hero: { alt: 'Harbour' }, data: { colours: ['red', 'blue'] } });
  });

  test('a manifest of another project is an error that says so', async () => {
    const main = (path: string) => `import hero from '${path}'; globalThis.images = { hero };`;
    const inPackage = await failing({
      images: {},
      files: {
        'node_modules/pictures/hero.image.json': hero,
        'src/main.js': main('../node_modules/pictures/hero.image.json'),
      },
    });
    expect(inPackage).toMatch(/\[MANIFEST_OUTSIDE_ROOT\] node_modules\/pictures\/hero\.image\.json/);
    expect(inPackage).toContain('Build the package that the manifest comes from');

    const root = bundler.files['vite.config.js'] ? 'vite.config.js' : Object.keys(bundler.files)[0]!;
    const outside = await failing({
      images: {},
      files: {
        'hero.image.json': hero,
        'src/main.js': main('../hero.image.json'),
        [root]: String(bundler.files[root]).replace('promptImage()', "promptImage({ root: 'src' })"),
      },
    });
    expect(outside).toMatch(/\[MANIFEST_OUTSIDE_ROOT\] \.\.\/hero\.image\.json/);

    const collection = await failing({
      images: {},
      files: { 'src/all.images.json': { prompt: '{{x}}', items: {} }, 'src/main.js': main('./all.images.json') },
    });
    expect(collection).toContain('[NOT_BUILT_YET] src/all.images.json');
    expect(gemini.requests.filter(({ prompt }) => prompt.includes('x'))).toEqual([]);
  });
});
