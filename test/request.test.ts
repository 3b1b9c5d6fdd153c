import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, changedFields, type KeyedRequest, keyOf } from '../src/request.js';
import { readEntry } from './support/catalog.js';
import { keyOfManifest, type ManifestOptions, requestOf } from './support/manifests.js';
import { createWorkspace } from './support/workspace.js';

const lighthouse = { prompt: 'A lighthouse at dusk' };
const LITE = '"imageSize":"1K","model":"gemini-3.1-flash-lite-image"';
/** SHA-256 of `src/photo.jpg` and of `logo.png`, which stand for what these files hold. */
const PHOTO = '66824221d3a684478f382182e23db0507ce6f8ee9cb6aea4a2dcf4efa04b3775';
const LOGO = 'ab211233b6576dbb0f8b5826447eeac61e2a833a99ac5d788fbc1a174c3c6ce5';

/*
 * Pictures that people have paid for are found by these keys: no change may move one. The text that is hashed is written
 * by hand, and so is no product of the code.
 */
const golden: [what: string, key: string, hashed: string, manifest: object, options?: ManifestOptions][] = [
  [
    'a prompt alone',
    '5a592f999ef4651872b58b8205d800ea11fa4dae895a68e2661c04a94fa7654e',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk","v":1}`,
    lighthouse,
  ],
  [
    'a ratio',
    'c750809b9efcd899b0533094fd15a50846a94739f246166f67e394ea047c7259',
    `{"aspectRatio":"16:9",${LITE},"prompt":"A lighthouse at dusk","v":1}`,
    { ...lighthouse, aspectRatio: '16:9' },
  ],
  [
    'thinking',
    'd541861fa83538316479d7c214f83e1e1855604f363810d4ba029135bce9cdce',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk","thinking":"high","v":1}`,
    { ...lighthouse, thinking: 'high' },
  ],
  [
    'a take by number',
    '09a97c6df102c764d8ea2656e5a47b4cb9a4d2f17a4a949ef1059dea416d0f64',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk","take":2,"v":1}`,
    { ...lighthouse, take: 2 },
  ],
  [
    'a take by name',
    '9173948ea9b8c82812bce3defdef31d2cddc56f150cab28d7fbbef24299a71c8',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk","take":"k3f9","v":1}`,
    { ...lighthouse, take: 'k3f9' },
  ],
  [
    'a style',
    '523210d782a79e10fc24d77e27aeaa2c346aa013ccdeac1abb4bd3d89deb0857',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk\\n\\nFlat vector, no text","v":1}`,
    { ...lighthouse, style: 'Flat vector, no text' },
  ],
  [
    'two styles',
    '34affcaa9e7c290c58346b3a86f2c6e24171b9c34f122fe7ea336d959fe86591',
    `{"aspectRatio":"1:1",${LITE},"prompt":"A lighthouse at dusk\\n\\nMuted colours\\n\\nFlat vector, no text","v":1}`,
    { ...lighthouse, style: 'Flat vector, no text' },
    { defaults: { style: 'Muted colours' } },
  ],
  [
    'another model with a size and a ratio of its own',
    'e91507d194b21fb68f5509033ad0ca6bb8c2fe0b0c2a32ff402b1a95e216d24a',
    '{"aspectRatio":"4:1","imageSize":"2K","model":"gemini-3.1-flash-image","prompt":"A lighthouse at dusk","v":1}',
    { ...lighthouse, model: 'gemini-3.1-flash-image', imageSize: '2K', aspectRatio: '4:1' },
  ],
  [
    'a model that nobody knows',
    'ad77c5e3e413c27d7b67c2a3b4488d6394d4bd3e9abddfc6d076086c6cb43030',
    '{"aspectRatio":"1:1","imageSize":"huge","model":"painter-9","prompt":"A lighthouse at dusk","thinking":"max","v":1}',
    { ...lighthouse, model: 'painter-9', imageSize: 'huge', thinking: 'max' },
  ],
  [
    'references, which give the ratio',
    '901c3c178f2833b8617dd770562e0cc5b73f02f061192de41d929ec15fca1c65',
    `{${LITE},"prompt":"The same at night","references":["${PHOTO}","${LOGO}"],"v":1}`,
    { prompt: 'The same at night', references: ['./photo.jpg', '../logo.png'] },
  ],
  [
    'a reference and a ratio',
    '1f01ac53b7a29e275d15d834643b205f240e9e8b03bcc4d082d5fd0b4f2581f4',
    `{"aspectRatio":"3:2",${LITE},"prompt":"The same at night","references":["${PHOTO}"],"v":1}`,
    { prompt: 'The same at night', references: ['./photo.jpg'], aspectRatio: '3:2' },
  ],
  [
    'words of all kinds',
    '97b732620c15aeee0ae8499db7b6ee1b5dab8fd259422907c76d5d7876f4ba12',
    `{"aspectRatio":"1:1",${LITE},"prompt":"Caf\u00e9 \u{1f30a} {{open}} \\"now\\"\\nsecond line","v":1}`,
    { prompt: '\n\tCafe\u0301 \u{1f30a} \\{{open}} "now"\r\nsecond line ' },
  ],
];

describe('the key is what it was in version 1', () => {
  test.each(golden)('%s', (_, key, hashed, manifest, options) => {
    expect(canonicalJson(requestOf(manifest, options))).toBe(hashed);
    expect(createHash('sha256').update(hashed, 'utf8').digest('hex')).toBe(key);
    expect(keyOfManifest(manifest, options)).toBe(key);
  });
});

const words = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => text.trim() !== '' && !/\\?\{\{|\\$/.test(text) && text.isWellFormed());
const anyText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('{', '('));
const inherited = fc.record(
  {
    style: words,
    aspectRatio: fc.constantFrom('1:1', '3:2', '16:9', '21:9'),
    thinking: fc.constantFrom('minimal', 'high'),
    imageSize: fc.constant('1K'),
    model: fc.constantFrom('gemini-3.1-flash-lite-image', 'gemini-3.1-flash-image', 'another'),
  },
  { requiredKeys: [] },
);
const take = fc.option(fc.oneof(fc.integer({ min: 1 }), fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/)), {
  nil: undefined,
});
const manifests = fc
  .record({ prompt: words, fields: inherited, take })
  .map(({ prompt, fields, take }) => ({ prompt, ...fields, ...(take === undefined ? {} : { take }) }));

describe('the key does not move with', () => {
  test('alt, output and $schema', () => {
    const output = fc.record(
      {
        formats: fc.subarray(['avif', 'webp', 'jpeg', 'png'], { minLength: 1 }),
        widths: fc.array(fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.constant('original')), { minLength: 1 }),
        crop: fc.constantFrom('4:1', '1:2', null),
        caption: fc.boolean(),
        placeholder: fc.constantFrom('blur', 'thumbhash', 'color', false, null),
        quality: fc.record({ avif: fc.integer({ min: 1, max: 100 }) }),
      },
      { requiredKeys: [] },
    );
    const free = fc.record({ alt: anyText, output, $schema: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(manifests, free, (manifest, fields) => {
        expect(keyOfManifest({ ...manifest, ...fields })).toBe(keyOfManifest(manifest));
      }),
    );
  });

  test('the order of keys, white space between tokens and a byte order mark', () => {
    const space = fc.array(fc.constantFrom(' ', '\n', '\r\n', '\t'), { maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(manifests, fc.infiniteStream(fc.nat()), space, fc.boolean(), (manifest, order, gap, mark) => {
        const shuffled = Object.entries(manifest)
          .map((entry) => ({ entry, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(
            ({ entry: [name, value] }) => `${gap}${JSON.stringify(name)}${gap}:${gap}${JSON.stringify(value)}${gap}`,
          );
        const text = `${mark ? '\uFEFF' : ''}${gap}{${shuffled.join(',')}}${gap}`;
        expect(keyOfManifest(text)).toBe(keyOfManifest(manifest));
      }),
    );
  });

  test('escapes in JSON', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const escaped = JSON.stringify(manifest).replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(keyOfManifest(escaped)).toBe(keyOfManifest(manifest));
      }),
    );
  });

  test("the file's name and folder", () => {
    const file = fc
      .array(fc.stringMatching(/^[\w -]{1,8}$/), { minLength: 1 })
      .map((path) => `${path.join('/')}.image.json`);
    fc.assert(
      fc.property(manifests, file, (manifest, file) => {
        expect(keyOfManifest(manifest, { file })).toBe(keyOfManifest(manifest));
      }),
    );
  });

  test('line ends, Unicode forms and blanks around prompt and style', () => {
    const blanks = fc.array(fc.constantFrom(' ', '\n', '\r\n', '\t', '\u00a0', '\ufeff'), { maxLength: 3 });
    const forms = fc.constantFrom('NFC', 'NFD');
    fc.assert(
      fc.property(words, words, blanks, forms, (prompt, second, blank, form) => {
        const around = blank.join('');
        const written = (end: string) => `${around}${`${prompt}${end}${second}`.normalize(form)}${around}`;
        const plain = `${prompt}\n${second}`;
        expect(keyOfManifest({ prompt: written('\r\n') })).toBe(keyOfManifest({ prompt: plain }));
        expect(keyOfManifest({ prompt: 'x', style: written('\r\n') })).toBe(
          keyOfManifest({ prompt: 'x', style: plain }),
        );
      }),
    );
  });

  test('the layer that a value comes from', () => {
    fc.assert(
      fc.property(
        words,
        inherited,
        take,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (prompt, fields, take, inner) => {
          const own = { prompt, ...(take === undefined ? {} : { take }) };
          const names = Object.keys(fields) as (keyof typeof fields)[];
          const pick = (chosen: boolean) =>
            Object.fromEntries(names.filter((_, index) => inner[index] === chosen).map((name) => [name, fields[name]]));
          const apart = keyOfManifest({ ...own, ...pick(true) }, { defaults: pick(false) });
          expect(apart).toBe(keyOfManifest({ ...own, ...fields }));
        },
      ),
    );
  });

  test('defaults that are written out', () => {
    const defaults = {
      model: 'gemini-3.1-flash-lite-image',
      imageSize: '1K',
      aspectRatio: '1:1',
      references: [],
      take: 1,
      style: '',
      output: {},
    };
    const nulls = { model: null, imageSize: null, aspectRatio: null, references: null, thinking: null, style: null };
    for (const [name, value] of Object.entries(defaults)) {
      expect(keyOfManifest({ ...lighthouse, [name]: value }), name).toBe(keyOfManifest(lighthouse));
    }
    expect(keyOfManifest({ ...lighthouse, ...defaults })).toBe(keyOfManifest(lighthouse));
    expect(keyOfManifest({ ...lighthouse, ...nulls })).toBe(keyOfManifest(lighthouse));
    expect(
      keyOfManifest(
        { ...lighthouse, ...nulls },
        { defaults: { thinking: 'high', style: 'x', references: ['./a.png'] } },
      ),
    ).toBe(keyOfManifest(lighthouse));
  });

  test('a field of a later version, while it is unset', () => {
    const request: KeyedRequest & { later?: undefined } = requestOf(lighthouse);
    expect(keyOf({ ...request, later: undefined } as KeyedRequest)).toBe(keyOf(request));
    const fields = ['v', 'model', 'prompt', 'aspectRatio', 'imageSize', 'thinking', 'references', 'take'];
    fc.assert(
      fc.property(manifests, (manifest) => {
        const request = requestOf(manifest);
        expect(fields).toEqual(expect.arrayContaining(Object.keys(request)));
        expect(Object.values(request)).not.toContain(null);
        expect(Object.values(request)).not.toContain(undefined);
      }),
    );
  });
});

describe('the key moves with', () => {
  const full = {
    prompt: 'A pier',
    style: 'Ink',
    model: 'gemini-3.1-flash-image',
    aspectRatio: '3:2',
    imageSize: '1K',
    thinking: 'minimal',
    references: ['./a.png', './b.png'],
    take: 2,
  };

  test.each<[keyof typeof full, unknown]>([
    ['prompt', 'A Pier'],
    ['prompt', 'A  pier'],
    ['style', 'ink'],
    ['style', null],
    ['model', 'gemini-3-pro-image'],
    ['aspectRatio', '2:3'],
    ['aspectRatio', null],
    ['imageSize', '2K'],
    ['thinking', 'high'],
    ['thinking', null],
    ['references', ['./b.png', './a.png']],
    ['references', ['./a.png']],
    ['references', ['./a.png', './b.png', './b.png']],
    ['references', null],
    ['take', 3],
    ['take', 'two'],
    ['take', 1],
  ])('%s: %j', (name, value) => {
    const [before, after] = [requestOf(full), requestOf({ ...full, [name]: value })];
    expect(keyOf(after)).not.toBe(keyOf(before));
    expect(changedFields(before, after)).toEqual([name === 'style' ? 'prompt' : name]);
  });

  test('any two requests that differ', () => {
    fc.assert(
      fc.property(manifests, manifests, (one, other) => {
        const [a, b] = [requestOf(one), requestOf(other)];
        expect(keyOf(a) === keyOf(b)).toBe(changedFields(a, b).length === 0);
      }),
    );
  });

  test('a ratio that is written beside references, and not with one that is left to them', () => {
    const edit = { prompt: 'At night', references: ['./a.png'] };
    expect(requestOf(edit)).not.toHaveProperty('aspectRatio');
    expect(keyOfManifest({ ...edit, aspectRatio: '1:1' })).not.toBe(keyOfManifest(edit));
  });
});

describe('a reference counts by', () => {
  const edit = (reference: string) => ({ prompt: 'At night', references: [reference] });
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const digest = createHash('sha256').update(png).digest('hex');

  async function requestIn(files: Record<string, object | string>, address: string): Promise<KeyedRequest> {
    await using workspace = await createWorkspace(files);
    const entry = await readEntry(address, { root: workspace.root });
    expect(entry.key).toBe(keyOf(entry.request));
    return entry.request;
  }

  test('the SHA-256 of its bytes on disk, whatever it is called', async () => {
    const here = await requestIn({ 'a.image.json': edit('./one.png'), 'one.png': png }, 'a.image.json');
    const there = await requestIn({ 'x/a.image.json': edit('../two.jpg'), 'two.jpg': png }, 'x/a.image.json');
    expect(here.references).toEqual([digest]);
    expect(there).toEqual(here);
  });

  test('the bytes that a Git-LFS pointer stands for', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize ${png.length}\n`;
    const request = await requestIn({ 'a.image.json': edit('./one.png'), 'one.png': pointer }, 'a.image.json');
    expect(request.references).toEqual([digest]);
  });
});

test('canonical JSON is that of RFC 8785', () => {
  const value = {
    '\u20ac': 1,
    '\r': 2,
    '1': 3,
    '\u{1f600}': [true, null, 1e21, 0.1, -0, '\u2028"\\'],
    a: { c: '', b: undefined },
  };
  expect(canonicalJson(value)).toBe(
    '{"\\r":2,"1":3,"a":{"c":""},"\u20ac":1,"\u{1f600}":[true,null,1e+21,0.1,0,"\u2028\\"\\\\"]}',
  );
  expect(() => canonicalJson(undefined)).toThrow(TypeError);
});

test('whatever needs no sorting gives the same text as what is sorted', () => {
  const values = fc.jsonValue({ stringUnit: 'binary', depthSize: 'medium' });
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalize(value);
      expect(canonicalJson(value)).toBe(text);
      expect(canonicalJson(JSON.parse(text ?? ''))).toBe(text);
    }),
  );
  for (const half of ['\ud800', { a: ['\udc00'] }, { 'b\ud800': 1 }]) {
    expect(() => canonicalJson(half)).toThrow('surrogate');
  }
});
