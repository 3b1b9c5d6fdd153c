import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { expect, test } from 'vitest';
import { bundlers, changed, esbuilds, rollups, vites } from './support/bundlers.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, startSmallGemini } from './support/site.js';

const hero = { prompt: 'A harbour at the break of day', alt: 'Harbour' };
const lines = [
  "import hero from './hero.image.json';",
  "import { words } from './words.js';",
  "import short from './hero.image';",
  '',
  "  globalThis.images = { hero, short }; console.log(words, 'in the main module');",
];

const withMaps = bundlers.map((bundler) => {
  if (vites.includes(bundler)) return changed(bundler, 'build: {', 'build: { sourcemap: true,');
  if (rollups.includes(bundler)) return changed(bundler, "dir: 'dist'", "dir: 'dist', sourcemap: true");
  if (esbuilds.includes(bundler)) return changed(bundler, 'bundle: true', 'bundle: true, sourcemap: true');
  return changed(bundler, "mode: 'production'", "mode: 'production', devtool: 'source-map'");
});

test.concurrent.each(withMaps)(
  '$name: source maps lead to where a module that imports images has it',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, {
      bundler,
      images: { hero },
      consent: true,
      files: { 'src/main.js': lines.join('\n'), 'src/words.js': "\nexport const words = ['in another one'];" },
    });
    const { code, output } = await site.build();
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/source ?map/i);
    const built = (await site.list('dist')).find((file) => bundler.entry.test(file));
    const script = await site.read(`dist/${built}`);
    const map = new TraceMap(await site.read(`dist/${built}.map`));
    const originOf = (words: string) => {
      const before = script.slice(0, script.indexOf(words) - 1).split('\n');
      const { source, line, column } = originalPositionFor(map, {
        line: before.length,
        column: before.at(-1)?.length ?? 0,
      });
      return [source?.replace(/^.*\/(?=src\/)/, ''), line, column];
    };
    expect(originOf('in the main module')).toEqual(['src/main.js', 5, lines[4]?.indexOf("'in the main")]);
    expect(originOf('in another one')).toEqual(['src/words.js', 2, 22]);
    expect(leaksIn(await contentsOf(site, 'dist'), [hero.prompt])).toEqual([]);
  },
);
