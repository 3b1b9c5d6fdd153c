import { expect, test } from 'vitest';
import { setField } from '../../src/manifest/edit.js';

test.each([
  ['lines', '{\n  "prompt": "x",\n  "alt": ""\n}\n', '{\n  "prompt": "x",\n  "alt": "",\n  "take": "k3f9"\n}\n'],
  ['one line', '{ "prompt": "x", "alt": "" }\n', '{ "prompt": "x", "alt": "", "take": "k3f9" }\n'],
  ['no space', '{"prompt":"x"}', '{"prompt":"x","take": "k3f9"}'],
  ['tabs and CRLF', '{\r\n\t"prompt": "x"\r\n}', '{\r\n\t"prompt": "x",\r\n\t"take": "k3f9"\r\n}'],
  [
    'neighbours of their own shape, brackets in texts',
    '{\n    "prompt": "a } and \\" ]",\n    "output": { "widths": [1,  2] }\n}',
    '{\n    "prompt": "a } and \\" ]",\n    "output": { "widths": [1,  2] },\n    "take": "k3f9"\n}',
  ],
  ['a take that is there', '{ "take":  2 , "prompt": "x" }', '{ "take":  "k3f9" , "prompt": "x" }'],
  ['a byte order mark', '\uFEFF{ "prompt": "x" }', '\uFEFF{ "prompt": "x", "take": "k3f9" }'],
])('set among %s, every other byte stays', (_, text, edited) => {
  expect(setField(text, ['take'], 'k3f9')).toBe(edited);
  expect(JSON.parse(edited.replace('\uFEFF', ''))).toMatchObject({ take: 'k3f9' });
});

test.each([
  ['the last', '{\n  "prompt": "x",\n  "take": 2\n}\n', '{\n  "prompt": "x"\n}\n'],
  ['the first', '{\n  "take": 2,\n\n  "prompt": "x"\n}\n', '{\n  "prompt": "x"\n}\n'],
  [
    'one between',
    '{\r\n\t"prompt": "x",\r\n\t"take": "a",\r\n\t"alt": ""\r\n}',
    '{\r\n\t"prompt": "x",\r\n\t"alt": ""\r\n}',
  ],
  [
    'one on a line',
    '{"prompt":"x","take":2,"output":{"widths":[1,  2]}}',
    '{"prompt":"x","output":{"widths":[1,  2]}}',
  ],
  ['none', '{ "prompt": "x", "output": { "take": 1 } }', '{ "prompt": "x", "output": { "take": 1 } }'],
])('taken out: %s', (_, text, edited) => {
  expect(setField(text, ['take'])).toBe(edited);
});

test.each<[what: string, path: [string, ...string[]], value: string | undefined, text: string, edited: string]>([
  [
    'an object that there is not yet',
    ['takes', 'apple@dark'],
    'k3f9',
    '{\n  "prompt": "x",\n  "items": {}\n}',
    '{\n  "prompt": "x",\n  "items": {},\n  "takes": { "apple@dark": "k3f9" }\n}',
  ],
  ['an object', ['takes', 'pear'], 'a', '{ "takes": { "apple": "b" } }', '{ "takes": { "apple": "b", "pear": "a" } }'],
  ['an empty object', ['takes', 'pear'], 'a', '{ "takes": {} }', '{ "takes": { "pear": "a" } }'],
  [
    'a variant',
    ['variants', 'dark', 'take'],
    'a',
    '{ "variants": { "dark": { "style": "dark" }, "thumb": {} } }',
    '{ "variants": { "dark": { "style": "dark", "take": "a" }, "thumb": {} } }',
  ],
  ['out, with its object', ['takes', 'pear'], undefined, '{ "a": 1, "takes": { "pear": 2 } }', '{ "a": 1 }'],
  [
    'out, one of two',
    ['takes', 'pear'],
    undefined,
    '{ "takes": { "pear": 2, "fig": 3 } }',
    '{ "takes": { "fig": 3 } }',
  ],
  [
    'out of a variant, which stays',
    ['variants', 'dark', 'take'],
    undefined,
    '{ "variants": { "dark": { "take": 2 } } }',
    '{ "variants": { "dark": {  } } }',
  ],
  ['out, where it is not', ['takes', 'fig'], undefined, '{ "takes": { "pear": 2 } }', '{ "takes": { "pear": 2 } }'],
])('a field within: %s', (_, path, value, text, edited) => {
  expect(setField(text, path, value)).toBe(edited);
});
