import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { type PictureOptions, picture } from '../../src/html.js';
import { createImage, type ImageFacts, type PromptImage, type PromptImageVariant } from '../../src/image/object.js';
import { planPicture } from '../../src/image/picture.js';
import { planImage } from '../../src/image/plan.js';
import { resolve } from '../support/manifests.js';

interface Shape {
  output?: object;
  facts?: Partial<ImageFacts>;
  size?: { width: number; height: number };
  path?: string;
}

const twoWidths = { formats: ['avif', 'jpeg'], widths: [320, 640] };
const byDensity = { formats: ['avif', 'png'], width: 200 };

/** An image as a manifest gives it, its files at `<path>-<width>w.<format>`. */
function imageOf({ output = twoWidths, facts, size = { width: 1376, height: 768 }, path = '/a' }: Shape = {}) {
  const plan = planImage(size, resolve({ prompt: 'x', output }).output);
  return createImage(plan, { alt: 'A pier', ...facts }, ({ width, format }) => `${path}-${width}w.${format}`);
}

function withVariants(base: PromptImage, variants: Record<string, PromptImageVariant>): PromptImage {
  return { ...base, variants };
}

const portrait = { ...imageOf({ size: { width: 768, height: 1376 }, path: '/p' }), media: '(max-width: 640px)' };
const dark = { ...imageOf({ output: byDensity, path: '/d' }), media: '(prefers-color-scheme: dark)' };
const thumb = imageOf({ output: { formats: ['webp'], widths: [160] }, path: '/t' });

/** Every attribute of the `<img>` that an image without more gives. */
const img = (more = '') =>
  `<img loading="lazy" decoding="async" alt="A pier" width="640" height="357" sizes="auto, 100vw" srcset="/a-320w.jpeg 320w, /a-640w.jpeg 640w" src="/a-640w.jpeg"${more}>`;
const imgOf = (html: string) => /<img [^>]*>/.exec(html)?.[0];

describe('the elements', () => {
  test('are a source for each format but the fallback, and the fallback', () => {
    expect(picture(imageOf())).toBe(
      `<picture><source type="image/avif" sizes="auto, 100vw" srcset="/a-320w.avif 320w, /a-640w.avif 640w">${img()}</picture>`,
    );
    const { sources } = planPicture(imageOf({ output: { widths: [320] } }));
    expect(sources.map(({ type }) => type)).toEqual(['image/avif', 'image/webp']);
    expect(picture(imageOf({ output: { formats: ['png'], widths: [320] } }))).not.toContain('<source');
  });

  test('begin with the variants for a medium, in their order, in all of their formats and of their own size', () => {
    const { sources, img } = planPicture(withVariants(imageOf(), { portrait, thumb, dark }));
    expect(sources.map(({ media, type, width, height }) => [media, type, width, height])).toEqual([
      ['(max-width: 640px)', 'image/avif', 640, 1147],
      ['(max-width: 640px)', 'image/jpeg', 640, 1147],
      ['(prefers-color-scheme: dark)', 'image/avif', 200, 112],
      ['(prefers-color-scheme: dark)', 'image/png', 200, 112],
      [undefined, 'image/avif', undefined, undefined],
    ]);
    expect([img.width, img.height]).toEqual([640, 357]);
    const swapped = planPicture(withVariants(imageOf(), { dark, portrait })).sources;
    expect(swapped[0]?.media).toBe('(prefers-color-scheme: dark)');
    expect(picture(withVariants(imageOf(), { thumb }))).toBe(picture(imageOf()));
  });

  test('are the same of a draft and of a last picture', () => {
    const facts = { draft: true, stale: true, thumbhash: 'aa==', caption: 'A' } as const;
    expect(picture(imageOf({ facts }))).toBe(picture(imageOf()));
  });
});

describe('sizes', () => {
  const sizesOf = (image: PromptImage, options: PictureOptions = {}) => {
    const { sources, img } = planPicture(image, options);
    return [...sources, img].map(({ sizes }) => sizes);
  };

  test('go with widths and not with densities, each source by itself', () => {
    expect(sizesOf(imageOf())).toEqual(['auto, 100vw', 'auto, 100vw']);
    expect(sizesOf(imageOf({ output: byDensity }), { sizes: '50vw' })).toEqual([undefined, undefined]);
    const mixed = withVariants(imageOf(), { dark });
    expect(sizesOf(mixed, { sizes: '50vw' })).toEqual([undefined, undefined, '50vw', '50vw']);
  });

  test('have no auto where the <img> gives it no meaning', () => {
    expect(sizesOf(imageOf(), { loading: 'eager' })).toEqual(['100vw', '100vw']);
    expect(sizesOf(imageOf(), { priority: true, sizes: 'auto,  (width > 9px) 5px, 50vw' })).toEqual(
      Array(2).fill('(width > 9px) 5px, 50vw'),
    );
    expect(sizesOf(imageOf(), { priority: true, sizes: 'auto' })).toEqual(['100vw', '100vw']);
    expect(sizesOf(imageOf(), { sizes: 'auto' })).toEqual(['auto', 'auto']);
    const mixed = withVariants(imageOf({ output: byDensity }), { portrait });
    expect(sizesOf(mixed)).toEqual(['100vw', '100vw', undefined, undefined]);
  });
});

describe('loading', () => {
  test('is eager and first with priority', () => {
    const { img } = planPicture(imageOf(), { priority: true });
    expect(img).toMatchObject({ loading: 'eager', fetchpriority: 'high' });
    expect(planPicture(imageOf(), { loading: 'eager' }).img).not.toHaveProperty('fetchpriority');
    expect(imgOf(picture(imageOf(), { priority: true, fetchpriority: 'low', decoding: 'sync' }))).toMatch(
      /^<img loading="eager" fetchpriority="low" decoding="sync" /,
    );
  });

  test('does not contradict itself', () => {
    expect(() => picture(imageOf(), { priority: true, loading: 'lazy' })).toThrow(TypeError);
    expect(() => picture(imageOf(), { loading: 'later' as 'lazy' })).toThrow(
      'loading is "lazy" or "eager", not "later"',
    );
  });
});

test('the alternative text is the image’s unless another is given, an empty one too', () => {
  const altOf = (alt?: string) => planPicture(imageOf(), { alt }).img.alt;
  expect([altOf(), altOf('A quay'), altOf('')]).toEqual(['A pier', 'A quay', '']);
  expect(picture(imageOf(), { alt: '' })).toContain(' alt="" ');
  expect(picture(imageOf({ facts: { alt: '' } }))).toContain(' alt="" ');
  expect(() => picture(imageOf(), { alt: 1 as never })).toThrow('alt is a text, not number');
});

describe('further attributes', () => {
  test('are those of the <img>', () => {
    const options = {
      class: 'wide',
      id: 'hero',
      style: 'color: red',
      title: 'A "pier"',
      'data-count': 0,
      'aria-hidden': true,
      hidden: true,
      'x-on:click.once': 'a = 1',
    };
    const html = picture(imageOf(), options);
    const expected = ` class="wide" id="hero" style="color: red" title="A &quot;pier&quot;" data-count="0" aria-hidden="true" hidden x-on:click.once="a = 1"`;
    expect(html).toContain(img(expected));
  });

  test('are left out as false and null, and say nothing as undefined', () => {
    expect(picture(imageOf(), { class: false, id: null, title: undefined, 'data-a': false })).toBe(picture(imageOf()));
    expect(picture(imageOf(), { decoding: undefined })).toBe(picture(imageOf()));
  });

  test.each(['x onload=', 'x onload', 'a"b', "a'b", 'a>b', 'a/b', 'a=b', 'a\0b', 'a\nb', '', ' ', '1a', 'ä', '\ud800'])(
    'with the name %j are an error',
    (name) => {
      expect(() => picture(imageOf(), { [name]: '' } as PictureOptions)).toThrow(TypeError);
      expect(() => picture(imageOf(), { [name]: false } as PictureOptions)).toThrow('is no name of an attribute');
    },
  );

  test.each([
    ['className', 'class, not className'],
    ['fetchPriority', 'fetchpriority, not fetchPriority'],
    ['onload', 'would run as a script'],
    ['onLoad', 'onload, not onLoad'],
    ['srcset', 'takes srcset from the image'],
    ['width', 'takes width from the image: size it with CSS'],
  ])('%s: the error says what to do', (name, message) => {
    const act = () => picture(imageOf(), { [name]: 'x' } as PictureOptions);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  test('have values that can be written', () => {
    for (const value of [{ color: 'red' }, ['a'], () => 'a', Symbol('a'), 1n]) {
      for (const placeholder of [false, true]) {
        const options = { style: value, placeholder } as unknown as PictureOptions;
        expect(() => picture(imageOf({ facts: { color: '#336699' } }), options)).toThrow(TypeError);
      }
    }
  });
});

describe('a placeholder', () => {
  const blurDataURL = 'data:image/webp;base64,UklGRg==';
  const facts = { blurDataURL, color: '#336699' };

  test('is there only where it is asked for, as policies and transparent pictures do not bear it', () => {
    expect(picture(imageOf({ facts }))).toBe(picture(imageOf()));
    expect(picture(imageOf({ facts }), { placeholder: true })).toContain(
      img(` style="background: url('${blurDataURL}') center / cover no-repeat"`),
    );
    expect(picture(imageOf({ facts: { color: '#336699' } }), { placeholder: true })).toContain(
      img(' style="background: #336699"'),
    );
    expect(picture(imageOf(), { placeholder: true })).toBe(picture(imageOf()));
  });

  test('counts less than a style that is given', () => {
    const html = picture(imageOf({ facts }), { placeholder: true, style: 'background-size: 50%' });
    expect(html).toContain(`center / cover no-repeat; background-size: 50%"`);
  });

  test('is not that of another picture than may be shown', () => {
    const html = (variants: Record<string, PromptImageVariant>) =>
      picture(withVariants(imageOf({ facts }), variants), { placeholder: true });
    expect(html({ dark })).not.toContain('style');
    expect(html({ thumb })).toContain('style');
  });
});

describe('texts', () => {
  test.each([
    ['"><script>alert(1)</script>', '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['</picture>', '&lt;/picture&gt;'],
    ["a'b`c", "a'b`c"],
    ['&amp; &quot &#34;', '&amp;amp; &amp;quot &amp;#34;'],
    ['a\0b', 'a\ufffdb'],
    ['\ud83d \ude00 😀', '\ufffd \ufffd 😀'],
    ['one\r\n\ntwo\tthree', 'one&#13;&#10;&#10;two\tthree'],
    ['x" onerror="y', 'x&quot; onerror=&quot;y'],
  ])('%j stays a text', (text, written) => {
    const html = picture(imageOf({ facts: { alt: text } }), { title: text });
    expect(html).toContain(` alt="${written}" `);
    expect(html).toContain(` title="${written}">`);
    // What a script or Markdown could stumble over.
    expect(html).not.toContain('\n');
    expect(html.match(/</g)).toHaveLength(4);
  });

  test('URLs mean in a srcset what they mean elsewhere', () => {
    const html = picture(imageOf({ path: ',/my img, 2x/a?b=1&c="' }));
    const url = '/my%20img,%202x/a?b=1&amp;c=&quot;';
    expect(html).toContain(` srcset="%2C${url}-320w.jpeg 320w, %2C${url}-640w.jpeg 640w" src=",${url}-640w.jpeg"`);
    expect(html).toContain(` srcset="%2C${url}-320w.avif 320w, %2C${url}-640w.avif 640w">`);
    const encoded = '/my%20img/a,b-%E2%82%AC';
    expect(planPicture(imageOf({ path: encoded })).img.srcset).toBe(imageOf({ path: encoded }).srcset);
  });
});

describe('what is no image', () => {
  const { sources, alt, ...incomplete } = imageOf();
  test.each([
    ['the URL', '/assets/hero.jpg', 'the text "/assets/hero.jpg". Import the image without ?url, as an object.'],
    ['a data URL', `data:${'a'.repeat(9999)}`, `the text "data:${'a'.repeat(55)}…". Import`],
    ['a collection', { apple: imageOf() }, 'a collection. Choose one of its images, such as "apple".'],
    ['a list', [imageOf()], 'a list. Give it one image after the other.'],
    ['a module', { default: imageOf() }, 'a module. Its default export is the image.'],
    ['a promise', Promise.resolve(imageOf()), 'a promise. Await it first.'],
    ['part of an image', incomplete, 'an object without alt, sources.'],
    ['nothing', undefined, 'undefined.'],
    ['null', null, 'null.'],
    ['a function', () => imageOf(), 'function.'],
  ])('%s is an error', (_, value, message) => {
    const act = () => picture(value as PromptImage);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(`picture() takes an imported image, but was given ${message}`);
  });
});

describe('html-validate', () => {
  const all = withVariants(imageOf({ facts: { alt: '"><script>', color: '#336699' } }), { portrait, thumb, dark });
  const options: PictureOptions[] = [
    {},
    { priority: true, class: 'a b', 'data-a': '<&>', title: 'T' },
    { alt: '', hidden: true, loading: 'eager', id: 'hero', tabindex: 0 },
    { sizes: '(max-width: 640px) 100vw, 50vw', fetchpriority: 'low', 'aria-describedby': 'hero' },
  ];
  const rules = { 'no-inline-style': 'off' } as const;
  const validator = new HtmlValidate({ extends: ['html-validate:recommended'], elements: ['html5'], rules });
  const complaintsOf = (html: string) =>
    validator.validateStringSync(html).results.flatMap(({ messages }) => messages.map(({ message }) => message));

  test.each(options)('finds nothing with %j', (each) => {
    for (const image of [all, imageOf(), imageOf({ output: byDensity, path: '/my img, 2x/a?b=1&c="' })]) {
      expect(complaintsOf(`<p id="hero">${picture(image, { ...each, id: false })}</p>`)).toEqual([]);
      expect(complaintsOf(picture(image, { placeholder: true }))).toEqual([]);
    }
  });

  test('looks at all that', () => {
    expect(complaintsOf(picture(imageOf()).replace(' alt="A pier"', ''))).not.toEqual([]);
    expect(complaintsOf(picture(imageOf()).replace('<img', '<div></div><img'))).not.toEqual([]);
    expect(complaintsOf(picture(imageOf()).replace('</picture>', ''))).not.toEqual([]);
  });
});
