import { readFile } from 'node:fs/promises';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PictureOptions, picture } from '../../src/html.js';
import { createImage, type PromptImage } from '../../src/image/object.js';
import { planImage } from '../../src/image/plan.js';
import { resolve } from '../support/manifests.js';
import { createWorkspace, repositoryRoot, run } from '../support/workspace.js';

function imageOf(output: object, path: string, more: Partial<PromptImage> = {}): PromptImage {
  const plan = planImage({ width: 1376, height: 768 }, resolve({ prompt: 'x', output }).output);
  const facts = { alt: 'A pier', color: '#123456', blurDataURL: 'data:image/webp;base64,UklGRg==' };
  return { ...createImage(plan, facts, ({ width, format }) => `/${path}-${width}w.${format}`), ...more };
}

const plain = imageOf({ formats: ['avif', 'jpeg'], widths: [320, 640] }, 'a');
const dense = imageOf({ formats: ['avif', 'png'], width: 200 }, 'd');
const variants = {
  dark: { ...imageOf({ formats: ['webp'], widths: [320] }, 'dark'), media: '(prefers-color-scheme: dark)' },
  thumb: imageOf({ formats: ['webp'], widths: [160] }, 'thumb'),
};
const themed = { ...plain, variants };

/** With attributes as in HTML. */
const cases: Record<string, { src: PromptImage; options?: PictureOptions }> = {
  'an image alone': { src: plain },
  'variants for a medium': { src: themed },
  'a variant by its name': { src: variants.dark },
  densities: { src: dense },
  'the first to be seen': { src: plain, options: { priority: true, sizes: '50vw' } },
  'loaded at once': { src: plain, options: { loading: 'eager' } },
  decoration: { src: plain, options: { alt: '' } },
  'no placeholder': { src: plain, options: { placeholder: false } },
  'attributes of the <img>': {
    src: plain,
    options: { id: 'pier', class: 'wide', 'data-zoom': '2', 'aria-describedby': 'caption', decoding: 'sync' },
  },
  'a style of its own': { src: themed, options: { style: 'opacity: 0.5' } },
  'a style beside the placeholder': { src: plain, options: { style: 'opacity: 0.5' } },
};

/** What is no image, or contradicts itself, as JavaScript; and what is said of it. */
const mistakes: Record<string, [code: string, words: string]> = {
  'a collection': [
    '{ src: { ada: plain, list: [plain] } }',
    '<Picture> takes an imported image, but was given a collection',
  ],
  'a URL': ["{ src: '/a.jpg' }", 'without ?url'],
  'a promise': ['{ src: Promise.resolve(plain) }', 'Await it first'],
  nothing: ['{}', 'undefined'],
  'a lazy priority': ["{ src: plain, priority: true, loading: 'lazy' }", 'contradict each other'],
};

/** Scripts whose `render()` gives the markup of a component, on a server. */
const frameworks = {
  React: `
    import { createElement } from 'react';
    import { renderToStaticMarkup } from 'react-dom/server';
    import { Picture } from 'unplugin-prompt-image/react';
    const styleOf = (text) => Object.fromEntries(text.split(';').map((each) => each.split(':').map((part) => part.trim())));
    export const render = async ({ class: className, style, ...props }) =>
      renderToStaticMarkup(createElement(Picture, { ...props, ...(className && { className }), ...(style && { style: styleOf(style) }) }));`,
  Vue: `
    import { createSSRApp, h } from 'vue';
    import { renderToString } from 'vue/server-renderer';
    import { Picture } from 'unplugin-prompt-image/vue';
    export const render = async (props) => {
      const app = createSSRApp({ render: () => h(Picture, props) });
      // What it says of types in its own words, beside our error.
      app.config.warnHandler = () => {};
      return renderToString(app);
    };`,
  Svelte: `
    import { render as renderSvelte } from 'svelte/server';
    import Picture from './Picture.js';
    export const render = async (props) => (await renderSvelte(Picture, { props })).body;`,
};

describe.each(Object.entries(frameworks))('%s', (_, script) => {
  let answers: Record<'rendered' | 'failed', Record<string, string>>;
  let printed: string;
  beforeAll(async () => {
    const props = Object.entries(cases).map(([name, { src, options }]) => [name, { src, ...options }]);
    await using workspace = await createWorkspace({
      'render.js': script,
      'Picture.svelte': await readFile(`${repositoryRoot}src/components/svelte/Picture.svelte`),
      'compile.js': `
        import { readFileSync, writeFileSync } from 'node:fs';
        import { compile } from 'svelte/compiler';
        writeFileSync('Picture.js', compile(readFileSync('Picture.svelte', 'utf8'), { generate: 'server' }).js.code);`,
      'main.js': `
        import './compile.js';
        const { render } = await import('./render.js');
        const plain = ${JSON.stringify(plain)};
        const rendered = {};
        for (const [name, props] of ${JSON.stringify(props)}) rendered[name] = await render(props);
        const failed = {};
        const mistakes = { ${Object.entries(mistakes)
          .map(([name, [code]]) => `${JSON.stringify(name)}: ${code}`)
          .join(', ')} };
        for (const [name, props] of Object.entries(mistakes)) {
          failed[name] = await render(props).then(() => 'nothing', (error) => error.name + ': ' + error.message);
        }
        console.log(JSON.stringify({ rendered, failed }));`,
    });
    const result = await run(process.execPath, ['main.js'], { cwd: workspace.root, env: { NODE_ENV: 'development' } });
    expect(result.code, result.output).toBe(0);
    answers = JSON.parse(result.stdout) as typeof answers;
    printed = result.stderr;
  });

  test.each(Object.entries(cases))('%s is what picture() makes of it', (name, { src, options }) => {
    const html = picture(src, { placeholder: true, ...options });
    expect(elementsIn(answers.rendered[name] ?? '')).toEqual(elementsIn(html));
  });

  test('the URLs come last, and with them the loading', () => {
    for (const [name, html] of Object.entries(answers.rendered)) {
      const names = allIn(html)
        .at(-1)
        ?.attrs.map((attribute) => attribute.name.toLowerCase());
      expect(names?.slice(-1), name).toEqual(['src']);
      expect(names?.indexOf('srcset'), name).toBeGreaterThan(names?.indexOf('loading') ?? 0);
    }
  });

  test('the framework has nothing to complain about', () => expect(printed).toBe(''));

  test.each(Object.entries(mistakes))('%s is an error that says what to do', (name, [, words]) => {
    expect(answers.failed[name]).toMatch(/^TypeError: /);
    expect(answers.failed[name]).toContain(words);
  });
});

function allIn(html: string): DefaultTreeAdapterTypes.Element[] {
  const all = (node: DefaultTreeAdapterTypes.Node): DefaultTreeAdapterTypes.Element[] => [
    ...('tagName' in node ? [node] : []),
    ...('childNodes' in node ? node.childNodes.flatMap(all) : []),
  ];
  return all(parseFragment(html.replace(SVELTES_OWN, '')));
}

/** What Svelte adds to an `<img>` with spread attributes, so that no event is lost before it hydrates the page. */
const SVELTES_OWN = / on(?:load|error)="this\.__e=event"/g;

/** Elements and their attributes, of which neither the order nor the way of writing a style matters. */
function elementsIn(html: string): unknown[] {
  return allIn(html).map(({ tagName, attrs }) => [
    tagName,
    Object.fromEntries(
      attrs.map(({ name, value }) => [
        name,
        name === 'style' ? value.replace(/\s+/g, '').replaceAll('"', "'").replace(/;$/, '') : value,
      ]),
    ),
  ]);
}
