import { join } from 'node:path';
import { build } from 'esbuild';
import { type OutputAsset, type OutputChunk, rollup } from 'rollup';
import { beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import type { CollectionImage, Imported } from '../../src/image/imported.js';
import { renderModule, urlToken, usedTokens } from '../../src/image/module.js';
import type { PromptImage } from '../../src/image/object.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

/** What a bundler's user gets of it. */
async function load(source: string): Promise<Record<string, unknown>> {
  return { ...(await import(`data:text/javascript,${encodeURIComponent(source)}`)) };
}

/** An image of two files. @param urlOf of each */
function imageOf(urlOf: (index: number) => string, first: number, words: Partial<PromptImage> = {}): PromptImage {
  const [small, large] = [urlOf(first), urlOf(first + 1)];
  const srcset = `${small} 320w, ${large} 640w`;
  const facts = { alt: '', srcset, sources: { jpeg: srcset }, img: { src: large, w: 640, h: 640 } };
  return { src: large, width: 640, height: 640, format: 'jpeg', ...facts, ...words };
}

const fileOf = (index: number) => `/assets/file-${index}.jpg`;
const expressionsFor = (count: number, expressionOf: (index: number) => string) =>
  new Map(Array.from({ length: count }, (_, index) => [index, expressionOf(index)]));
const written = (index: number) => `['${fileOf(index)}', 0].at(0)`;

describe('of an image', () => {
  const words = { alt: '"quoted" + url1 + "" </script>\n\u2028 \\ `', caption: '"" + url0' };
  const imageWith = (urlOf: (index: number) => string) =>
    imageOf(urlOf, 0, {
      ...words,
      variants: Object.fromEntries([
        ['portrait', { ...imageOf(urlOf, 2), media: '(max-width: 640px)' }],
        ['__proto__', imageOf(urlOf, 4)],
      ]),
    });
  const template: Imported = { kind: 'image', image: imageWith(urlToken) };

  test('is the object, each URL being what the bundler says', async () => {
    expect(usedTokens(template, 'object').sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const source = renderModule(template, 'object', expressionsFor(6, written));
    expect(await load(source)).toEqual({ default: imageWith(fileOf) });
    // Each expression stands once, however often its URL does.
    for (let index = 0; index < 6; index += 1) expect(source.split(written(index))).toHaveLength(2);
    expect(source).not.toMatch(/[\uE000-\uF8FF]/);
  });

  test('may be a URL alone, which needs only its own file', async () => {
    expect(usedTokens(template, 'url')).toEqual([1]);
    expect(await load(renderModule(template, 'url', new Map([[1, '"/d.jpg"']])))).toEqual({ default: '/d.jpg' });
  });

  test('without files holds the object as it is', async () => {
    expect(await load(renderModule({ kind: 'image', image: imageWith(fileOf) }, 'object'))).toEqual({
      default: imageWith(fileOf),
    });
  });
});

describe('of a collection', () => {
  const names = ['pear', 'apple', '10', '9', 'no-name', 'list', 'class', 'await', 'url0', 'item1', '__proto__', 'then'];
  const images = (urlOf: (index: number) => string): CollectionImage[] =>
    names.map((name, index) => ({ ...imageOf(urlOf, 2 * index, { alt: `The ${name}` }), name }));
  const template: Imported = { kind: 'collection', images: images(urlToken) };
  const expressions = expressionsFor(2 * names.length, written);

  test('is a record of its images, which are also listed and exported by their names', async () => {
    const { default: record, list, ...named } = await load(renderModule(template, 'object', expressions));
    expect(list).toEqual(images(fileOf));
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(Object.keys(record as object).sort()).toEqual([...names].sort());
    for (const [index, name] of names.entries()) {
      expect(Object.getOwnPropertyDescriptor(record, name)?.value).toBe((list as unknown[])[index]);
    }
    expect(Object.keys(named).sort()).toEqual(['apple', 'item1', 'pear', 'then', 'url0']);
    for (const [name, image] of Object.entries(named)) expect(image).toBe((record as never)[name]);
  });

  test('may be a record of URLs, which needs only their files', async () => {
    expect(usedTokens(template, 'url').sort((a, b) => a - b)).toEqual(names.map((_, index) => 2 * index + 1));
    const { default: record, ...named } = await load(renderModule(template, 'url', expressions));
    expect(Object.entries(record as object).sort()).toEqual(
      images(fileOf)
        .map(({ name, src }) => [name, src])
        .sort(),
    );
    expect(named).toEqual(
      Object.fromEntries(['apple', 'item1', 'pear', 'then', 'url0'].map((name) => [name, (record as never)[name]])),
    );
  });

  test('may have no item, as when all are wrong', async () => {
    const { default: record, list } = await load(renderModule({ kind: 'collection', images: [] }, 'object'));
    expect([record, list]).toEqual([{}, []]);
  });

  describe('loses what nothing uses in', () => {
    let workspace: Workspace;
    const moduleWith = (expressionOf: (index: number) => string) =>
      renderModule(template, 'object', expressionsFor(2 * names.length, expressionOf));
    /** Builds a page that uses one image by its name. */
    const write = async (expressionOf: (index: number) => string): Promise<string> => {
      await workspace.write('fruits.js', moduleWith(expressionOf));
      await workspace.write('entry.js', `import { apple } from './fruits.js';\nconsole.log(apple);`);
      return workspace.path('entry.js');
    };
    const expectAppleAlone = (code: string) => {
      expect(code).toContain('The apple');
      expect(Array.from(new Set(code.match(/file-\d+/g))).sort()).toEqual(['file-2', 'file-3']);
      expect(code.match(/The \w+/g)).toEqual(['The apple']);
    };
    beforeAll(async () => {
      workspace = await createWorkspace({});
      return () => workspace[Symbol.asyncDispose]();
    });

    test('Rollup', async () => {
      const input = await write((index) => `import.meta.ROLLUP_FILE_URL_${index}`);
      const ids: string[] = [];
      const bundle = await rollup({
        input,
        plugins: {
          name: 'files',
          buildStart() {
            for (let index = 0; index < 2 * names.length; index += 1) {
              ids.push(this.emitFile({ type: 'asset', fileName: `file-${index}.jpg`, source: '' }));
            }
          },
          transform: (code) => code.replace(/(?<=ROLLUP_FILE_URL_)\d+/g, (index) => ids[Number(index)] ?? ''),
        },
      });
      const { output } = await bundle.generate({ format: 'es' });
      const isChunk = (file: OutputChunk | OutputAsset): file is OutputChunk => file.type === 'chunk';
      expectAppleAlone(
        output
          .filter(isChunk)
          .map(({ code }) => code)
          .join(),
      );
    });

    test('esbuild', async () => {
      const entry = await write((index) => `new URL(${JSON.stringify(fileOf(index))}, import.meta.url).href`);
      const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
      expectAppleAlone(outputFiles.map(({ text }) => text).join());
    });

    test('webpack', async () => {
      const entry = await write((index) => `__webpack_public_path__ + ${JSON.stringify(fileOf(index))}`);
      const compiler = webpack({
        mode: 'production',
        entry,
        output: { path: workspace.path('dist'), publicPath: '/' },
      });
      const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
        compiler.run((error, result) => (error ? reject(error) : resolve(result)));
      });
      expect(stats?.toJson({ errors: true }).errors).toEqual([]);
      expectAppleAlone(await workspace.read(join('dist', 'main.js')));
    });
  });
});
