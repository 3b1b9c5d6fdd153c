import { describe, expect, test } from 'vitest';
import { isFailure, type PromptImageError } from '../../src/failure.js';
import { type ManifestImages, planImages } from '../../src/manifest/images.js';
import { parseManifest, parsePreset } from '../../src/manifest/parse.js';

const FILE = 'src/fruits.images.json';

function plan(manifest: string | object, preset?: object): ManifestImages {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest, null, 2);
  const presets = preset ? [parsePreset('brand.image-preset.json', JSON.stringify(preset))] : [];
  return planImages(parseManifest(FILE, text), { defaults: undefined, presets });
}

/** The first thing that is wrong with a collection as a whole, or with its item `fig`. */
function failureIn(manifest: string | object, preset?: object): PromptImageError {
  try {
    plan(manifest, preset).image('fig');
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error('Nothing is wrong');
}

describe('templates', () => {
  const fig = {
    fruit: 'fig',
    count: 3,
    fresh: true,
    braces: '{{count}}',
    none: null,
    list: [1],
    origin: { land: 'Crete' },
  };

  test('are filled in from the item’s fields, in prompt, alt, style and references', () => {
    const image = plan({
      prompt: '{{ count }} {{fruit}}s, fresh: {{fresh}}',
      alt: '{{fruit}}',
      style: 'for {{fruit}} lovers',
      references: ['./{{fruit}}.png'],
      items: { fig },
    }).image('fig');
    expect(image).toMatchObject({ prompt: '3 figs, fresh: true\n\nfor fig lovers', alt: 'fig' });
    expect(image.references).toMatchObject([{ kind: 'file', path: 'src/fig.png' }]);
  });

  test('may come from a preset, and say at its own place what is wrong there', () => {
    const collection = { prompt: 'A {{fruit}}', items: { fig } };
    expect(plan(collection, { style: '{{count}} of them' }).image('fig').prompt).toBe('A fig\n\n3 of them');
    expect(failureIn(collection, { style: '{{cuont}} of them' })).toMatchObject({
      place: { file: 'brand.image-preset.json', line: 1, column: 11 },
      next: expect.stringContaining('Did you mean {{count}}?'),
    });
  });

  test('fill nothing in twice, and are literal behind a backslash', () => {
    const { prompt } = plan({ prompt: '{{braces}} \\{{fruit}}', items: { fig } }).image('fig');
    expect(prompt).toBe('{{count}} {{fruit}}');
  });

  test.each([
    [
      '{{friut}}',
      'there is no field {{friut}} in the item "fig" (src/fruits.images.json:1:',
      /^Did you mean \{\{fruit\}\}\? It has fruit, count/,
    ],
    ['{{origin.land}}', "{{origin.land}} is a path, and only an item's own fields", /a field of its own/],
    [
      '{{origin}}',
      '{{origin}} is an object in the item "fig" (src/fruits.images.json:1:',
      /Texts, numbers and booleans/,
    ],
    ['{{list}}', '{{list}} is an array in the item "fig" (src/fruits.images.json:1:', /Texts, numbers and booleans/],
    ['{{none}}', '{{none}} is null in the item "fig" (src/fruits.images.json:1:', /Texts, numbers and booleans/],
    [
      '{{constructor}}',
      'there is no field {{constructor}} in the item "fig" (src/fruits.images.json:1:',
      /^It has fruit/,
    ],
    ['{{__proto__}}', 'there is no field {{__proto__}} in the item "fig" (src/fruits.images.json:1:', /^It has fruit/],
    ['{{$override}}', 'there is no field {{$override}} in the item "fig" (src/fruits.images.json:1:', /^It has fruit/],
    ['{{}}', '"prompt" has a template that is empty', /Write \{\{field\}\}/],
    ['{{fruit}', '"prompt" has a template that does not end in }}', /Write \{\{field\}\}/],
  ])('%s', (written, what, next) => {
    const failure = failureIn(`{ "prompt": "Ripe ${written}", "items": { "fig": ${JSON.stringify(fig)} } }`);
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: FILE, line: 1, column: 19 } });
    expect(failure.what).toContain(what);
    expect(failure.next).toMatch(next);
  });

  test('that leave nothing to say are told', () => {
    expect(failureIn({ prompt: '{{fruit}}', items: { fig: { fruit: ' ' } } })).toMatchObject({
      code: 'MANIFEST_INVALID',
      place: { file: FILE },
    });
  });
});

describe('$override', () => {
  test('comes between the manifest and a variant, and merges with its variants', () => {
    const images = plan(
      {
        prompt: 'A {{fruit}}',
        style: 'flat',
        aspectRatio: '1:1',
        output: { widths: [100] },
        variants: { dark: { style: 'dark', aspectRatio: '9:16' } },
        items: {
          fig: {
            fruit: 'fig',
            $override: {
              prompt: 'Two {{fruit}}s',
              aspectRatio: '3:4',
              output: { caption: true },
              variants: { dark: { media: '(x)' }, wide: { aspectRatio: '21:9' } },
            },
          },
          pear: { fruit: 'pear' },
        },
      },
      { model: 'a-model' },
    );
    const fig = images.image('fig');
    expect(fig).toMatchObject({ prompt: 'Two figs\n\nflat', aspectRatio: '3:4', model: 'a-model' });
    expect(fig.output).toMatchObject({ sizes: { widths: [100] }, caption: true });
    expect(images.variantsOf('fig')).toEqual(['dark', 'wide']);
    expect(images.image('fig', 'dark')).toMatchObject({
      prompt: 'Two figs\n\nflat\n\ndark',
      aspectRatio: '9:16',
      media: '(x)',
    });
    expect(images.variantsOf('pear')).toEqual(['dark']);
    expect(images.image('pear')).toMatchObject({ prompt: 'A pear\n\nflat', aspectRatio: '1:1' });
  });

  test.each([
    ['items', { items: {} }, /an item has no items of its own/],
    ['extends', { extends: '../b.image-preset.json' }, /"extends"/],
    ['take', { take: 2 }, /"takes"/],
    ['a misspelt field', { promt: 'x' }, /Did you mean "prompt"\?/],
    ['nothing', null, /\$override/],
  ])('does not take %s', (_, $override, words) => {
    const failure = failureIn({
      prompt: 'A {{fruit}}',
      items: { fig: { fruit: 'fig', $override }, pear: { fruit: 'pear' } },
    });
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: FILE, line: expect.any(Number) } });
    expect(failure.place?.line).toBeGreaterThanOrEqual(6);
    expect(`${failure.what} ${failure.next}`).toMatch(words);
  });

  test('that is wrong loses no other item', () => {
    const images = plan({
      prompt: 'A {{fruit}}',
      items: { fig: { $override: { items: {} } }, pear: { fruit: 'pear' } },
    });
    expect(images.items).toEqual(['fig', 'pear']);
    expect(images.image('pear').prompt).toBe('A pear');
  });
});

describe('items', () => {
  test.each([
    ['base', '{ "base": {} }', /"base" is what the base picture is called/],
    ['__proto__', '{ "fig": {}, "__proto__": {} }', /starts with a letter or a digit/],
    ['../x', '{ "../x": {} }', /starts with a letter or a digit/],
    ['a NUL', '{ "a\\u0000b": {} }', /starts with a letter or a digit/],
    ['a name twice', '{ "fig": {}, "fig": {} }', /"fig" stands twice in one object/],
    ['an id twice', '[{ "id": 1 }, { "id": "1" }]', /two items have the id "1"/],
    ['no object', '{ "fig": "a fig" }', /the item "fig" is not an object of fields/],
    ['a fraction as id', '[{ "id": 1.5 }]', /is not a text or a whole number/],
    ['a number', '3', /an object of items by name, or an array/],
  ])('%s', (_, items, what) => {
    const failure = failureIn(`{ "prompt": "x",\n  "items": ${items} }`);
    expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file: FILE, line: 2 } });
    expect(`${failure.what} ${failure.next}`).toMatch(what);
  });

  test('named like members of every object are items like others', () => {
    const images = plan({
      prompt: 'The {{word}}',
      items: { constructor: { word: 'maker' }, toString: { word: 'text' } },
    });
    expect(images.items).toEqual(['constructor', 'toString']);
    expect(images.image('toString').prompt).toBe('The text');
  });

  test('may be none', () => {
    expect(plan({ prompt: 'x', items: {} }).items).toEqual([]);
  });

  test('with a field named like one of the manifest that no template uses are told once', () => {
    const items = {
      fig: { fruit: 'fig', style: 'sweet', alt: 'Fig' },
      pear: { fruit: 'pear', style: 'sour', alt: 'Pear' },
    };
    const { warnings } = plan({ prompt: 'A {{fruit}}', alt: '{{alt}}', items });
    expect(warnings).toEqual([
      expect.stringContaining('"style" in items of src/fruits.images.json (the first is "fig")'),
    ]);
  });
});

describe('takes', () => {
  const items = { fig: { n: 1 }, pear: { n: 2 } };
  const variants = { dark: { style: 'dark' }, thumb: { output: { widths: [16] } } };

  test('are by address, and a variant that is its base’s picture has its take', () => {
    const images = plan({ prompt: '{{n}}', variants, items, takes: { fig: 'k3f9', 'fig@dark': 2 } });
    expect(images.image('fig').take).toBe('k3f9');
    expect(images.image('fig', 'dark').take).toBe(2);
    expect(images.image('fig', 'thumb')).toMatchObject({ take: 'k3f9', picture: `${FILE}#fig` });
    expect(images.image('pear').take).toBe(1);
    expect(images.image('pear', 'dark').take).toBe(1);
  });

  test('of what is not there any more are a warning', () => {
    const { warnings } = plan({ prompt: '{{n}}', items, takes: { plum: 2, 'fig@dark': 3 } });
    expect(warnings.join('\n')).toMatch(/plum/);
    expect(warnings.join('\n')).toMatch(/fig@dark/);
  });
});
