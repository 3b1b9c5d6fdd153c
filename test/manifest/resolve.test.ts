import { describe, expect, test } from 'vitest';
import type { PresetInput } from '../../src/manifest/schema.js';
import { failureOf, pathsOf, resolve } from '../support/manifests.js';

const pier = { prompt: 'A pier' };
const CONFIG = 'prompt-image.config.ts';

type OutputInput = PresetInput['output'];

function outputOf(own: OutputInput, inherited?: OutputInput) {
  const defaults = inherited === undefined ? undefined : { output: inherited };
  return resolve({ ...pier, ...(own === undefined ? {} : { output: own }) }, { defaults }).output;
}

const referencesOf = (own: string[] | null, inherited: string[]) =>
  pathsOf(resolve({ ...pier, references: own }, { defaults: { references: inherited } }));

test('a prompt alone is all that is needed', () => {
  expect(resolve(pier)).toEqual({
    address: 'src/hero.image.json',
    picture: 'src/hero.image.json',
    media: undefined,
    ownPrompt: 'A pier',
    origins: { prompt: ['src/hero.image.json'] },
    alt: undefined,
    prompt: 'A pier',
    model: 'gemini-3.1-flash-lite-image',
    aspectRatio: '1:1',
    imageSize: '1K',
    thinking: undefined,
    take: 1,
    references: [],
    output: {
      formats: ['avif', 'webp', 'jpeg'],
      sizes: { widths: [320, 640, 960, 'original'] },
      quality: { avif: 50, webp: 75, jpeg: 80 },
      effort: { avif: 3 },
      crop: undefined,
      position: 'attention',
      placeholder: 'blur',
      caption: false,
    },
    warnings: [],
  });
});

describe('layers', () => {
  test('objects merge', () => {
    expect(outputOf({ quality: { jpeg: 90 } }, { quality: { avif: 60, jpeg: 70 }, caption: true })).toMatchObject({
      quality: { avif: 60, webp: 75, jpeg: 90 },
      caption: true,
    });
  });

  test('arrays replace', () => {
    expect(outputOf({ formats: ['png'] }, { formats: ['webp'] }).formats).toEqual(['png']);
    expect(referencesOf(['./a.png'], ['./b.png'])).toEqual(['src/a.png']);
    expect(referencesOf([], ['./b.png'])).toEqual([]);
  });

  test('"..." stands for what would have been inherited', () => {
    expect(outputOf({ widths: ['...', 1200] }).sizes).toEqual({ widths: [320, 640, 960, 'original', 1200] });
    expect(outputOf({ widths: [100, '...'] }, { widths: [200] }).sizes).toEqual({ widths: [100, 200] });
    expect(outputOf({ widths: ['...', 1] }, { widths: ['...', 2] }).sizes).toEqual({
      widths: [320, 640, 960, 'original', 2, 1],
    });
    expect(outputOf({ formats: ['...', 'png'] }).formats).toEqual(['avif', 'webp', 'jpeg', 'png']);
    expect(outputOf({ width: 10, densities: ['...', 3] }).sizes).toEqual({ width: 10, densities: [1, 2, 3] });
    expect(referencesOf(['./a.png', '...'], ['./b.png', './c.png'])).toEqual(['src/a.png', 'b.png', 'c.png']);
  });

  test('"..." in references is a mistake where nothing is inherited', () => {
    const own = failureOf({ ...pier, references: ['...', './a.png'] });
    expect(own).toMatchObject({ code: 'MANIFEST_INVALID', place: { line: 4, column: 5 } });
    expect(own.what).toContain('there are none');
    expect(failureOf(pier, { defaults: { references: ['...'] } })).toMatchObject({ place: { file: CONFIG } });
  });

  test('null resets to the default', () => {
    const defaults: PresetInput = {
      model: 'gemini-3.1-flash-image',
      aspectRatio: '16:9',
      imageSize: '2K',
      thinking: 'high',
      references: ['./a.png'],
      style: 'Ink',
      output: {
        formats: ['png'],
        widths: [1],
        quality: { avif: 1, webp: 'lossless', jpeg: 1 },
        effort: { avif: 9 },
        crop: '4:1',
        position: 'top',
        placeholder: false,
        caption: true,
      },
    };
    const inherited = resolve(pier, { defaults });
    const reset = { model: null, aspectRatio: null, imageSize: null, thinking: null, references: null, style: null };
    expect(resolve({ ...pier, ...reset, output: null }, { defaults })).toEqual(resolve(pier));
    for (const field of Object.keys(defaults.output ?? {})) {
      const name = field === 'widths' ? 'sizes' : (field as keyof typeof inherited.output);
      const { output } = resolve({ ...pier, output: { [field]: null } }, { defaults });
      expect(output, field).toEqual({ ...inherited.output, [name]: resolve(pier).output[name] });
    }
    expect(outputOf({ quality: { avif: null } }, { quality: { avif: 1, jpeg: 2 } }).quality).toEqual({
      avif: 50,
      webp: 75,
      jpeg: 2,
    });
    expect(outputOf({}, { quality: null, effort: { avif: null } })).toEqual(resolve(pier).output);
  });

  test.each<[own: OutputInput, inherited: OutputInput, sizes: object]>([
    [{ widths: [1] }, { width: 200 }, { widths: [1] }],
    [{ widths: ['...', 1] }, { width: 200 }, { widths: [320, 640, 960, 'original', 1] }],
    [{ widths: null }, { width: 200 }, { widths: [320, 640, 960, 'original'] }],
    [{ width: 200 }, { widths: [1] }, { width: 200, densities: [1, 2] }],
    [{ width: 200 }, { width: 100, densities: [3] }, { width: 200, densities: [3] }],
    [{ width: null }, { width: 200 }, { widths: [320, 640, 960, 'original'] }],
    [{ width: null }, { widths: [1] }, { widths: [1] }],
    [{ width: 200, widths: null }, { widths: [1] }, { width: 200, densities: [1, 2] }],
    [{ width: null, widths: [1] }, { width: 200 }, { widths: [1] }],
    [{ densities: [1] }, { width: 200 }, { width: 200, densities: [1] }],
  ])('%j over %j gives %j', (own, inherited, sizes) => expect(outputOf(own, inherited).sizes).toEqual(sizes));

  test('take and alt are of the manifest alone', () => {
    expect(resolve({ ...pier, take: 'two', alt: '' })).toMatchObject({ take: 'two', alt: '' });
  });

  test('a format that is named twice is made once', () => {
    expect(outputOf({ formats: ['png', '...', 'png'] }).formats).toEqual(['png', 'avif', 'webp', 'jpeg']);
  });
});

describe('the prompt', () => {
  const promptOf = (manifest: object, style?: string | null) =>
    resolve(manifest, { defaults: style === undefined ? undefined : { style } }).prompt;

  test('is followed by the styles, from the outermost to the innermost', () => {
    expect(promptOf({ ...pier, style: 'Inner' }, 'Outer')).toBe('A pier\n\nOuter\n\nInner');
    expect(promptOf(pier, 'Outer')).toBe('A pier\n\nOuter');
    expect(promptOf({ ...pier, style: ' ' }, 'Outer')).toBe('A pier\n\nOuter');
    expect(promptOf({ ...pier, style: null }, 'Outer')).toBe('A pier');
    expect(promptOf({ ...pier, style: 'Inner' }, null)).toBe('A pier\n\nInner');
  });

  test('and each style are trimmed, with LF and in NFC', () => {
    expect(promptOf({ prompt: '\r\n A\r\npie\u0301 ', style: '\ta\r\n\r\nb\n' })).toBe('A\npi\u00e9\n\na\n\nb');
  });
});

describe('braces', () => {
  test('are literal behind a backslash', () => {
    const image = resolve(
      { prompt: 'a \\{{b}} \\{{{', alt: '\\{{c', style: '\\\\{{', references: ['./\\{{d}}.png'] },
      { defaults: { style: '\\{{e}}', references: ['./\\{{f}}.png'] } },
    );
    expect(image).toMatchObject({ prompt: 'a {{b}} {{{\n\n{{e}}\n\n\\{{', alt: '{{c' });
    expect(pathsOf(image)).toEqual(['src/{{d}}.png']);
  });

  test.each([
    ['prompt', '{ "prompt": "A {{fruit}}" }', 16],
    ['prompt', '{ "prompt": "\\u0041 \\"\\\\{{ {{fruit}}" }', 28],
    ['prompt', '{ "prompt": "\\\\{{{{a" }', 18],
    ['alt', '{ "prompt": "x", "alt": "{{a" }', 26],
    ['style', '{ "prompt": "x", "style": "a{{" }', 29],
    ['references', '{ "prompt": "x", "references": ["./a.png", "./{{b}}.png"] }', 47],
  ])('are a mistake elsewhere: %s in %s', (field, text, column) => {
    const { code, place, what, next } = failureOf(text);
    expect([code, place?.line, place?.column]).toEqual(['MANIFEST_INVALID', 1, column]);
    expect(what).toBe(`"${field}" has a template {{…}}, which only collections fill in`);
    expect(next).toBe('Write \\\\{{ for two literal braces.');
  });

  test.each<[string, PresetInput]>([
    ['style', { style: 'a {{b}}' }],
    ['references', { references: ['./{{b}}.png'] }],
  ])('are a mistake in %s', (field, defaults) => {
    const failure = failureOf(pier, { defaults });
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: CONFIG } });
    expect(failure.what).toContain(`"${field}" has a template`);
  });
});

describe('references', () => {
  test('lead from the file that they are written in', () => {
    const { references } = resolve(
      { ...pier, references: ['./b.png', '../../c.png', '...'] },
      { file: 'src/pages/a.image.json', defaults: { references: ['./d.png', '../e.png'] } },
    );
    expect(references.map((reference) => reference.kind === 'file' && reference.path)).toEqual([
      'src/pages/b.png',
      'c.png',
      'd.png',
      '../e.png',
    ]);
    expect(references.map(({ place }) => [place().file, place().line])).toEqual([
      ['src/pages/a.image.json', 4],
      ['src/pages/a.image.json', 5],
      [CONFIG, undefined],
      [CONFIG, undefined],
    ]);
  });

  test.each([
    ['a.png', 'Write "./a.png".'],
    ['img/a.png', 'Write "./img/a.png".'],
    ['.\\img\\a.png', 'Write "./img/a.png".'],
    [' ../a.png', 'Write "../a.png".'],
    ['/img/a.png', 'Write the path of a picture file, seen from the file it is written in.'],
    ['C:\\a.png', 'Write the path of a picture file, seen from the file it is written in.'],
    ['https://example.com/a.png', 'Write the path of a picture file, seen from the file it is written in.'],
    ['@/a.png', 'Write the path of a picture file, seen from the file it is written in.'],
    ['~/a.png', 'Write the path of a picture file, seen from the file it is written in.'],
  ])('start with ./ or ../: %s', (reference, next) => {
    const failure = failureOf({ prompt: 'x', references: ['./b.png', reference] });
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { line: 5, column: 5 }, next });
    expect(failure.what).toBe(`the reference ${JSON.stringify(reference)} does not start with ./ or ../`);
    expect(failureOf(pier, { defaults: { references: [reference] } })).toMatchObject({
      code: 'MANIFEST_INVALID',
      place: { file: CONFIG },
      next,
    });
  });

  test('may be the pictures of other manifests, and this one’s', () => {
    const references = [
      './a.image.json',
      '../b.image.json@dark',
      './c.images.json#apple',
      './c.images.json#a@dark',
      '@dark',
    ];
    const image = resolve({ ...pier, references, variants: { dark: { style: 'dark', references: null } } });
    expect(image.references).toMatchObject([
      { kind: 'picture', address: { file: 'src/a.image.json' } },
      { kind: 'picture', address: { file: 'b.image.json', variant: 'dark' } },
      { kind: 'picture', address: { file: 'src/c.images.json', item: 'apple' } },
      { kind: 'picture', address: { file: 'src/c.images.json', item: 'a', variant: 'dark' } },
      { kind: 'picture', address: { file: 'src/hero.image.json', variant: 'dark' } },
    ]);
    expect(image.aspectRatio).toBeUndefined();
  });

  test.each([
    ['@base', /base/],
    ['#apple', /item/],
    ['@drak', /dark/],
    ['./c.images.json', /#/],
    ['./hero.image', /hero\.image\.json/],
    ['./brand.image-preset.json', /extends/],
    ['a.image.json', /\.\/a\.image\.json/],
  ])('that cannot be: %s', (reference, words) => {
    const failure = failureOf({ ...pier, references: [reference], variants: { dark: { references: null } } });
    expect(failure.place).toMatchObject({ file: 'src/hero.image.json', line: 4, column: 5 });
    expect(`${failure.what} ${failure.next}`).toMatch(words);
  });

  test('of presets and defaults are files and other manifests’ pictures, never this one’s', () => {
    for (const reference of ['@base', '@dark', '#apple']) {
      expect(failureOf(pier, { defaults: { references: [reference] } })).toMatchObject({ place: { file: CONFIG } });
    }
  });

  test('may hold # and @ where these separate nothing', () => {
    const references = ['./a#b.png', './a@2x.png', './a.image.json.png', './c.image.jsonc'];
    expect(pathsOf(resolve({ ...pier, references }))).toEqual([
      'src/a#b.png',
      'src/a@2x.png',
      'src/a.image.json.png',
      'src/c.image.jsonc',
    ]);
  });
});

describe('what the model does not take', () => {
  const many = Array.from({ length: 15 }, (_, index) => `./${index}.png`);
  const mistakes: [PresetInput, string, string][] = [
    [{ imageSize: '2K' }, '"imageSize" "2K" is not one that gemini-3.1-flash-lite-image takes', 'It takes 1K.'],
    [
      { aspectRatio: '16:10' },
      '"aspectRatio" "16:10" is not one that gemini-3.1-flash-lite-image takes',
      'It takes 1:1, 3:2, 2:3, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9.',
    ],
    [
      { thinking: 'max' },
      '"thinking" "max" is not one that gemini-3.1-flash-lite-image takes',
      'It takes minimal, high.',
    ],
    [{ references: many }, '15 references are more than gemini-3.1-flash-lite-image takes', 'It takes 14.'],
  ];

  test.each(mistakes)('%j in the manifest', (fields, what, next) => {
    const failure = failureOf({ ...pier, ...fields });
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', what, next });
    expect(failure.place).toMatchObject({ file: 'src/hero.image.json', line: 3 });
  });

  test.each(mistakes)('%j in the defaults', (defaults, what, next) => {
    const failure = failureOf(pier, { defaults });
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', what, next });
    expect(failure.place).toEqual({ file: CONFIG });
  });

  test('in the defaults is no mistake where the manifest says otherwise', () => {
    const defaults = { imageSize: '2K', aspectRatio: '8:1' };
    expect(resolve({ ...pier, imageSize: null, aspectRatio: '1:1' }, { defaults }).imageSize).toBe('1K');
    expect(resolve({ ...pier, model: 'gemini-3.1-flash-image' }, { defaults }).imageSize).toBe('2K');
  });

  test('references that add up to too many are those of the manifest', () => {
    const failure = failureOf({ ...pier, references: ['...', './x.png'] }, { defaults: { references: many.slice(1) } });
    expect(failure.place).toMatchObject({ file: 'src/hero.image.json', line: 3 });
  });

  test('is not checked of a model that is not known, which is said', () => {
    const fields = { model: 'gemini-9', imageSize: '9K', aspectRatio: '16:10', thinking: 'max', references: many };
    const image = resolve({ ...pier, ...fields });
    expect(image).toMatchObject({ model: 'gemini-9', imageSize: '9K', thinking: 'max' });
    expect(image.warnings).toEqual([
      'The model "gemini-9" is not known here, so what it takes is not checked before it is called.',
    ]);
    expect(resolve(pier, { defaults: { model: 'gemini-3.1-flash-lite-imag' } }).warnings).toEqual([
      expect.stringMatching(/ Did you mean "gemini-3.1-flash-lite-image"\?$/),
    ]);
    expect(resolve({ ...pier, model: 'constructor' }).warnings).toHaveLength(1);
  });
});
