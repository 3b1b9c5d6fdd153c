import { expect, test } from 'vitest';
import { type Bundler, vites } from './support/bundlers.js';
import { createSite, loadImages, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal' };

const ways = [
  ['a plugin of its own for each', 'builder: {}', []],
  ['one plugin for all', 'builder: { sharedPlugins: true }', []],
  ['one config for all', 'builder: { sharedConfigBuild: true, sharedPlugins: true }', []],
  [
    'all at once',
    'builder: { buildApp: ({ build, environments }) => Promise.all(Object.values(environments).map((each) => build(each))) }',
    [],
  ],
  ['--app', '', ['--app']],
] as const;

/** Three environments of one app: pages, their server, and one more that nobody but this config knows. */
function multiplied(vite: Bundler, [_, builder, flags]: (typeof ways)[number]): Bundler {
  return {
    ...vite,
    files: {
      ...vite.files,
      'vite.config.js': `
        import promptImage from 'unplugin-prompt-image/vite';
        const server = (outDir) => ({ consumer: 'server', build: { outDir, rollupOptions: { input: 'src/main.js' } } });
        export default {
          plugins: [promptImage()],
          build: { modulePreload: false },
          environments: { client: {}, ssr: server('dist/server'), edge: server('dist/edge') },
          ${builder}
        };`,
    },
    command: (workspace) => [...vite.command(workspace), ...flags],
  };
}

test.concurrent.for(vites.flatMap((vite) => ways.map((way) => ({ vite, way, name: `${vite.name}, ${way[0]}` }))))(
  'environments of $name: one purchase, one receipt, the same URLs',
  async ({ vite, way }) => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler: multiplied(vite, way), images, consent: true });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    expect(output.match(/\d images?: .*/g)).toEqual(['2 images: 0 reused, 2 bought (2 new originals to commit)']);
    expect(gemini.calls).toBe(2);
    const ofClient = await site.images();
    expect(Object.values(ofClient).flatMap(site.filesOf)).toHaveLength(2);
    for (const environment of ['server', 'edge']) {
      expect(await loadImages(site.path(`dist/${environment}/main.js`)), environment).toEqual(ofClient);
    }
    const pictures = (await site.list('dist')).filter((file) => file.endsWith('.webp'));
    expect(pictures, 'servers write none, which is the rule of Vite').toEqual(
      Object.values(ofClient).flatMap(site.filesOf).sort(),
    );
  },
);

test.concurrent.each(vites)('$name: what every environment misses is told once', async (vite) => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { bundler: multiplied(vite, ways[0]), images });
  const { code, output } = await site.build();
  expect(code).toBe(1);
  expect(output.match(/\[IMAGE_MISSING\] .*/g)).toEqual(['[IMAGE_MISSING] 2 images have no picture:']);
  expect(output.match(/\d images: .*/g)).toEqual(['2 images: 0 reused, 0 bought, 2 failed']);
  expect(output).not.toMatch(STACK);
});
