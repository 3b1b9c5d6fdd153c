import { describe, expect, test } from 'vitest';
import { failureOf, resolve } from '../support/manifests.js';

/** `line:column` and first sentence. */
function mistake(text: string): string {
  const { code, place, what } = failureOf(text);
  expect(code).toBe('MANIFEST_INVALID');
  expect(place?.file).toBe('src/hero.image.json');
  return `${place?.line}:${place?.column} ${what}`;
}

describe('a manifest that is no JSON', () => {
  test.each([
    ['an empty file', '', '1:1 is empty'],
    ['blanks', ' \n\t', '1:1 is empty'],
    ['a comment', '{\n  // why\n  "prompt": "x" }', '2:3 has a comment, which JSON does not allow'],
    ['a comment in one line', '{ "prompt": "x" /* why */ }', '1:17 has a comment, which JSON does not allow'],
    ['an open comment', '{ "prompt": "x" } /*', '1:19 has a comment, which JSON does not allow'],
    ['a trailing comma', '{\n  "prompt": "x",\n}', '2:16 has a trailing comma, which JSON does not allow'],
    [
      'a trailing comma in an array',
      '{ "output": { "widths": [1, ] } }',
      '1:27 has a trailing comma, which JSON does not allow',
    ],
    ['a missing comma', '{ "prompt": "x"\n  "alt": "" }', '2:3 is not JSON: comma expected'],
    ['a missing value', '{ "prompt": }', '1:13 is not JSON: value expected'],
    ['a missing brace', '{ "prompt": "x"', '1:16 is not JSON: close brace expected'],
    ['single quotes', "{ 'prompt': 'x' }", '1:3 is not JSON: invalid symbol'],
    ['a line break in a text', '{ "prompt": "a\nb" }', '1:13 is not JSON: unexpected end of string'],
    ['more than one value', '{ "prompt": "x" } {}', '1:19 is not JSON: end of file expected'],
    [
      'an unfinished merge',
      '{\n<<<<<<< HEAD\n  "prompt": "a"\n=======\n  "prompt": "b"\n>>>>>>> other\n}',
      '2:1 has the markers of an unfinished merge',
    ],
    [
      'an unfinished merge with CRLF',
      '{\r\n  "prompt": "a",\r\n=======\r\n  "alt": "b"\r\n}',
      '3:1 has the markers of an unfinished merge',
    ],
    ['UTF-16', Buffer.from('{ "prompt": "x" }', 'utf16le').toString(), '1:2 is not UTF-8 text'],
  ])('%s', (_, text, expected) => expect(mistake(text)).toBe(expected));
});

describe('a manifest of the wrong shape', () => {
  test.each([
    ['[]', '1:1 a manifest must be an object, not an array'],
    ['\n null', '2:2 a manifest must be an object, not null'],
    ['"x"', '1:1 a manifest must be an object, not a string'],
    ['1', '1:1 a manifest must be an object, not a number'],
    ['true', '1:1 a manifest must be an object, not a boolean'],
    ['{}', '1:1 "prompt" is missing'],
    ['{ "prompt": " " }', '1:13 "prompt" must say what the picture shows'],
    ['{ "prompt": 1 }', '1:13 "prompt" must be a string, not a number'],
    ['{ "prompt": "x", "__proto__": {} }', '1:18 unknown field "__proto__"'],
    ['{ "prompt": "x", "constructor": 1 }', '1:18 unknown field "constructor"'],
    ['{ "prompt": "x", "output": { "__proto__": 1 } }', '1:30 unknown field "output.__proto__"'],
    ['{ "prompt": "x", "output": { "toString": 1 } }', '1:30 unknown field "output.toString"'],
    ['{ "prompt": "x", "output": { "quality": { "__proto__": 1 } } }', '1:43 unknown field "output.quality.__proto__"'],
    ['{ "prompt": "x",\n  "prompt": "y" }', '2:3 "prompt" stands twice in one object'],
    ['{ "prompt": "x", "\\u0070rompt": "y" }', '1:18 "prompt" stands twice in one object'],
    [
      '{ "prompt": "x", "output": { "width": 1, "width": 1 }, "prompt": "y" }',
      '1:42 "width" stands twice in one object',
    ],
    ['{ "prompt": "x", "take": 0 }', '1:26 "take" is at least 1'],
    ['{ "prompt": "x", "aspectRatio": "16/9" }', '1:33 "aspectRatio" is written width:height, for example "16:9"'],
    ['{ "prompt": "x", "output": { "formats": [] } }', '1:41 "output.formats" is empty'],
    ['{ "prompt": "x", "output": { "quality": { "avif": 101 } } }', '1:51 "output.quality.avif" is at most 100'],
    ['{ "prompt": "x", "output": { "widths": [320,\n 0] } }', '2:2 "output.widths[1]" is at least 1'],
    [
      '{ "prompt": "x", "output": { "placeholder": true } }',
      '1:45 "output.placeholder" is "blur" or "thumbhash" or "color" or false',
    ],
  ])('%s', (text, expected) => expect(mistake(text)).toBe(expected));

  test.each([
    ['prompt', '{ "prompt": "\\ud800" }'],
    ['style', '{ "prompt": "x", "style": "a \\udc00" }'],
    ['model', '{ "prompt": "x", "model": "\\ud800" }'],
    ['imageSize', '{ "prompt": "x", "imageSize": "\\ud800" }'],
    ['thinking', '{ "prompt": "x", "thinking": "\\ud800" }'],
    ['aspectRatio', '{ "prompt": "x", "aspectRatio": "\\ud800" }'],
    ['take', '{ "prompt": "x", "take": "\\ud800" }'],
    ['references', '{ "prompt": "x", "references": ["./\\ud800.png"] }'],
  ])('half of a surrogate pair in %s', (field, text) => expect(mistake(text)).toContain(`"${field}`));

  test('width and widths in one layer', () => {
    const text = '{ "prompt": "x",\n  "output": { "widths": [320], "width": 200 } }';
    expect(mistake(text)).toMatch(/^2:32 "output.width" and "widths" exclude each other/);
  });
});

describe('the place of a mistake', () => {
  test.each([
    ['after a byte order mark', '\uFEFF{ "prompt": 1 }', '1:13'],
    ['after CRLF', '{\r\n  "alt": "",\r\n  "prompt": 1\r\n}', '3:13'],
    ['after tabs', '{\n\t\t"prompt":\t1\n}', '2:13'],
    ['after an astral character, in UTF-16 units', '{ "alt": "\u{1f30a}", "prompt": 1 }', '1:26'],
  ])('%s', (_, text, expected) => expect(mistake(text)).toMatch(new RegExp(`^${expected} `)));

  test('is shown in a frame', () => {
    const { message } = failureOf('{\r\n\t"alt": "",\r\n\t"prompt": 1,\r\n\t"take": 1,\r\n\t"style": "a"\r\n}');
    expect(message).toBe(
      [
        'src/hero.image.json:3:12: "prompt" must be a string, not a number',
        '',
        '  1 | {',
        '  2 |  "alt": "",',
        '> 3 |  "prompt": 1,',
        '    |            ^',
        '  4 |  "take": 1,',
        '  5 |  "style": "a"',
        '',
      ].join('\n'),
    );
  });

  test('further mistakes are told in the same breath, up to ten', () => {
    const fields = Array.from({ length: 30 }, (_, index) => `  "field${index}": 1`);
    const { message } = failureOf(`{ "prompt": 1,\n${fields.join(',\n')} }`);
    expect(message).toContain('2:3: unknown field "field0"');
    expect(message).toContain('\nAlso:\n  3:3 unknown field "field1"\n');
    expect(message).toContain('12:3 unknown field "field10"\n  and 20 more');
  });

  test('a misspelt field comes before the one that is missing because of it', () => {
    const { message } = failureOf('{\n  "promt": "A lighthouse",\n  "aspectratio": "1:1"\n}');
    expect(message).toContain('2:3: unknown field "promt"');
    expect(message).toContain(
      'Did you mean "prompt"?\nAlso:\n  3:3 unknown field "aspectratio". Did you mean "aspectRatio"?',
    );
    expect(message).toContain('"prompt" is missing');
  });
});

describe('did you mean', () => {
  test.each([
    ['"promt": "x"', '"prompt"'],
    ['"aspect_ratio": "1:1"', '"aspectRatio"'],
    ['"refrences": []', '"references"'],
    ['"widths": [1]', '"output.widths"'],
    ['"output": { "qualty": {} }', '"quality"'],
    ['"output": { "quality": { "avfi": 1 } }', '"avif"'],
    ['"output": { "effort": { "aviff": 1 } }', '"avif"'],
  ])('%s', (field, name) => expect(failureOf(`{ "prompt": "x", ${field} }`).next).toBe(`Did you mean ${name}?`));

  test.each([
    ['"output": { "formats": ["jpg"] }', '"jpeg"'],
    ['"output": { "widths": ["orignal"] }', '"original"'],
    ['"output": { "quality": { "webp": "loseless" } }', '"lossless"'],
    ['"output": { "placeholder": "blurr" }', '"blur"'],
    ['"output": { "position": "atention" }', '"attention"'],
  ])('%s', (field, value) => {
    expect(failureOf(`{ "prompt": "x", ${field} }`).what).toMatch(new RegExp(`; did you mean ${value}\\?$`));
  });

  test('nothing that is far from it', () => {
    expect(failureOf('{ "prompt": "x", "output": { "quality": { "png": 1 } } }').next).toBe('Remove it.');
    expect(failureOf('{ "prompt": "x", "output": { "formats": ["gif"] } }').what).not.toContain('did you mean');
  });
});

test('background is of a later version', () => {
  const { code, place, what } = failureOf('{ "prompt": "x",\n  "background": {} }');
  expect([code, place?.line, place?.column]).toEqual(['NOT_BUILT_YET', 2, 3]);
  expect(what).toContain('"background" is not built yet');
});

test.each<[what: string, file: string, manifest: object, words: RegExp]>([
  ['items of one image', 'a.image.json', { prompt: 'x', items: {} }, /\.images\.json/],
  ['takes of one image', 'a.image.json', { prompt: 'x', takes: {} }, /"take"/],
  ['a media query of a base picture', 'a.image.json', { prompt: 'x', media: '(x)' }, /variant/],
  ['an override outside of an item', 'a.image.json', { prompt: 'x', $override: {} }, /item/],
  ['no items', 'a.images.json', { prompt: 'x' }, /"items" is missing/],
  ['a take of a collection', 'a.images.json', { prompt: 'x', items: {}, take: 2 }, /"takes"/],
  ['a take of its variants', 'a.images.json', { prompt: 'x', items: {}, variants: { d: { take: 2 } } }, /"takes"/],
  [
    'extends of a variant',
    'a.image.json',
    { prompt: 'x', variants: { d: { extends: './b.image-preset.json' } } },
    /extends/,
  ],
  ['variants of a variant', 'a.image.json', { prompt: 'x', variants: { d: { variants: {} } } }, /variants/],
  ['a preset of another name', 'a.image.json', { prompt: 'x', extends: './b.json' }, /image-preset\.json/],
  ['a variant called base', 'a.image.json', { prompt: 'x', variants: { base: {} } }, /base/],
  ['a variant called ../x', 'a.image.json', { prompt: 'x', variants: { '../x': {} } }, /letter/],
  ['widths beside width', 'a.image.json', { prompt: 'x', output: { width: 1, widths: [1] } }, /exclude each other/],
])('%s', (_, file, manifest, words) => {
  const failure = failureOf(JSON.stringify(manifest, null, 2), { file });
  expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { file, line: expect.any(Number) } });
  expect(`${failure.what} ${failure.next}`).toMatch(words);
});

test('a variant with the name of a prototype is a mistake, and not lost', () => {
  const failure = failureOf('{ "prompt": "x",\n  "variants": { "__proto__": {} } }');
  expect(failure).toMatchObject({ code: 'MANIFEST_INVALID', place: { line: 2 } });
});

describe('what is large or deep is answered at once', () => {
  const deep = 50_000;
  const wide = (count: number, entry: string) => Array.from({ length: count }, () => entry).join(',');

  test.each([
    [
      'ten megabytes',
      `{ "prompt": "${'x'.repeat(10_000_000)}" }`,
      'is larger than 1 MB, which no manifest needs to be',
    ],
    [
      'deep arrays',
      `{ "prompt": "x", "output": ${'['.repeat(deep)}${']'.repeat(deep)} }`,
      'nests deeper than any manifest does',
    ],
    ['deep arrays that do not close', '['.repeat(deep), 'nests deeper than any manifest does'],
    ['deep objects', `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`, 'nests deeper than any manifest does'],
    [
      'many references',
      `{ "prompt": "x", "references": [${wide(100_000, '"./a"')}] }`,
      '"references" has more than 100 entries',
    ],
    [
      'many unknown fields',
      `{ "prompt": "x", ${Array.from({ length: 30_000 }, (_, i) => `"k${i}": 1`).join(',')} }`,
      'unknown field "k0"',
    ],
    ['a long name', `{ "prompt": "x", "${'k'.repeat(500_000)}": 1 }`, 'unknown field "kkk'],
  ])('%s', (_, text, what) => {
    const start = performance.now();
    expect(mistake(text)).toMatch(/^\d+:\d+ /);
    expect(mistake(text)).toContain(what);
    // It is parsed twice.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('a prompt may be long, and hold brackets', () => {
    const prompt = `${'[{'.repeat(100_000)}`;
    expect(resolve({ prompt }).prompt).toBe(prompt);
  });
});
