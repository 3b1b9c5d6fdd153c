import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { planImages } from '../src/manifest/images.js';
import { parseManifest, parsePreset } from '../src/manifest/parse.js';
import { jsonSchemas } from '../src/manifest/schema.js';
import { repositoryRoot } from './support/workspace.js';

type Schema = {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  $ref?: string;
};
type SchemaFile = Schema & { $defs: Record<string, Schema> };

/** The schema of a kind of file, and what the plugin itself makes of such a file. */
async function readKind(file: string, read: (text: string) => void) {
  const schema = JSON.parse(await readFile(join(repositoryRoot, file), 'utf8')) as SchemaFile;
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  const parses = (content: unknown) => {
    try {
      read(JSON.stringify(content));
      return true;
    } catch {
      return false;
    }
  };
  return { schema, validate, parses };
}

const image = await readKind('schema.json', (text) => {
  const images = planImages(parseManifest('a.image.json', text), { defaults: undefined });
  for (const variant of [undefined, ...images.variantsOf(undefined)]) images.image(undefined, variant);
});
const collection = await readKind('collection.schema.json', (text) => {
  const manifest = parseManifest('a.images.json', text);
  if (manifest.kind !== 'collection' || typeof manifest.items === 'string') return;
  const images = planImages(manifest, { defaults: undefined });
  for (const item of images.items) images.image(item);
});
const preset = await readKind('preset.schema.json', (text) => void parsePreset('a.image-preset.json', text));

const withOutput = (output: unknown) => ({ prompt: 'A pier', output });
const withVariant = (variant: unknown, name = 'dark') => ({ prompt: 'A pier', variants: { [name]: variant } });
const withItems = (items: unknown) => ({ prompt: 'A pier', items });

test.each(Object.entries(jsonSchemas()))('%s is fresh', async (file, fresh) => {
  expect(JSON.parse(await readFile(join(repositoryRoot, file), 'utf8')), 'Run: npm run schema').toEqual(fresh);
});

test.each<unknown>([
  { prompt: 'A pier' },
  { $schema: './node_modules/unplugin-prompt-image/schema.json', prompt: 'A pier', alt: '', take: 'k3f9' },
  {
    prompt: 'A pier',
    model: 'a-model-of-next-year',
    aspectRatio: '7:5',
    imageSize: '8K',
    thinking: 'max',
    references: ['./a.jpg', '../b.png'],
    style: '',
    take: 3,
  },
  {
    prompt: 'A pier',
    model: null,
    aspectRatio: null,
    imageSize: null,
    thinking: null,
    references: null,
    style: null,
    output: null,
  },
  withOutput({
    formats: ['...', 'png'],
    widths: ['...', 1200, 'original'],
    quality: { avif: 1, webp: 'lossless', jpeg: null },
    effort: { avif: 0 },
    crop: '4:1',
    position: 'left top',
    placeholder: false,
    caption: true,
  }),
  withOutput({ width: 200, densities: [1, 1.5, '...'] }),
  withOutput({ width: 200, widths: null }),
  withOutput({ width: null, widths: [100] }),
  { prompt: 'A pier', extends: './b.image-preset.json' },
  { prompt: 'A pier', extends: ['../b.image-preset.json', './c.image-preset.json'] },
  { prompt: 'A pier', references: ['./b.image.json', './b.image.json@dark', './c.images.json#apple@dark'] },
  withVariant({ prompt: 'At night', references: ['@base'], media: '(prefers-color-scheme: dark)', take: 'k3f9' }),
  withVariant({ alt: 'Small', output: { widths: [160] } }, 'thumb-1.5_x'),
])('an image: takes %j', (manifest) => {
  expect(image.validate(manifest), JSON.stringify(image.validate.errors)).toBe(true);
  expect(image.parses(manifest)).toBe(true);
});

test.each<unknown>([
  { ...withItems({}), $schema: 'x' },
  withItems('./products.json'),
  withItems({ apple: {}, 'pear-2': { fruit: 'pear', count: 2, fresh: true, more: { of: ['any'] } } }),
  withItems([
    { id: 'apple' },
    { id: 7, $override: { prompt: 'Two piers', aspectRatio: '3:4', output: { widths: [1] } } },
  ]),
  withItems({ apple: { $override: { variants: { dark: { style: 'dark', media: '(x)' } } } } }),
  { ...withItems({ apple: {} }), variants: { dark: { style: 'dark' } }, takes: { apple: 'k3f9', 'apple@dark': 2 } },
  {
    ...withItems({ apple: {} }),
    extends: './b.image-preset.json',
    alt: '{{name}}',
    references: ['./c.image.json', '#pear'],
  },
])('a collection: takes %j', (manifest) => {
  expect(collection.validate(manifest), JSON.stringify(collection.validate.errors)).toBe(true);
  if (!JSON.stringify(manifest).includes('{{')) expect(collection.parses(manifest)).toBe(true);
});

test.each<unknown>([
  {},
  { $schema: 'x', extends: './c.image-preset.json', style: 'flat', model: 'm', aspectRatio: '16:9' },
  { references: ['./a.jpg', './b.image.json', '...'], output: { widths: ['...', 1920], quality: { avif: 40 } } },
  { style: null, output: null, thinking: null },
])('a preset: takes %j', (content) => {
  expect(preset.validate(content), JSON.stringify(preset.validate.errors)).toBe(true);
  expect(preset.parses(content)).toBe(true);
});

test.each<unknown>([
  [],
  'A pier',
  {},
  { prompt: '' },
  { prompt: ' \n\u00a0' },
  { prompt: null },
  { prompt: 'A pier', alt: null },
  { prompt: 'A pier', aspectRato: '1:1' },
  { prompt: 'A pier', aspectRatio: 'wide' },
  { prompt: 'A pier', imageSize: 1 },
  { prompt: 'A pier', take: 0 },
  { prompt: 'A pier', take: 1.5 },
  { prompt: 'A pier', take: 'No' },
  { prompt: 'A pier', references: './a.jpg' },
  { prompt: 'A pier', references: ['a.jpg'] },
  { prompt: 'A pier', references: ['/a.jpg'] },
  { prompt: 'A pier', items: {} },
  withOutput({ formats: [] }),
  withOutput({ formats: ['jpg'] }),
  withOutput({ widths: [0] }),
  withOutput({ widths: ['full'] }),
  withOutput({ width: 200, widths: [200] }),
  withOutput({ quality: { png: 80 } }),
  withOutput({ quality: { avif: 'lossless' } }),
  withOutput({ effort: { avif: 10 } }),
  withOutput({ crop: '0:1' }),
  withOutput({ position: 'middle' }),
  withOutput({ placeholder: true }),
  withOutput({ caption: 'yes' }),
  { prompt: 'A pier', takes: {} },
  { prompt: 'A pier', extends: './b.json' },
  { prompt: 'A pier', extends: 'b.image-preset.json' },
  { prompt: 'A pier', media: '(x)' },
  withVariant({}, 'base'),
  withVariant({}, '../x'),
  withVariant({}, ''),
  withVariant({ variants: {} }),
  withVariant({ extends: './b.image-preset.json' }),
  withVariant({ promt: 'At night' }),
  withVariant('At night'),
])('an image: refuses %j', (manifest) => {
  expect(image.validate(manifest)).toBe(false);
  expect(image.parses(manifest)).toBe(false);
});

test.each<unknown>([
  { prompt: 'A pier' },
  { items: {} },
  withItems(null),
  withItems('products.json'),
  withItems({ base: {} }),
  withItems({ '../x': {} }),
  withItems({ apple: 'red' }),
  withItems([{ name: 'apple' }]),
  withItems([{ id: 1.5 }]),
  withItems({ apple: { $override: { items: {} } } }),
  withItems({ apple: { $override: { extends: './b.image-preset.json' } } }),
  withItems({ apple: { $override: { take: 2 } } }),
  { ...withItems({}), take: 2 },
  { ...withItems({}), takes: { apple: 0 } },
  { ...withItems({}), takes: ['k3f9'] },
  { ...withItems({}), variants: { dark: { take: 2 } } },
])('a collection: refuses %j', (manifest) => {
  expect(collection.validate(manifest)).toBe(false);
  expect(collection.parses(manifest)).toBe(false);
});

test.each<unknown>([
  [],
  { prompt: 'A pier' },
  { alt: '' },
  { take: 2 },
  { variants: {} },
  { items: {} },
  { stile: 'flat' },
  { extends: './c.image.json' },
  { output: { width: 1, widths: [1] } },
])('a preset: refuses %j', (content) => {
  expect(preset.validate(content)).toBe(false);
  expect(preset.parses(content)).toBe(false);
});

test.each([image, preset, collection])(
  'leaves to the models which ratios, sizes and levels of thinking there are',
  ({ schema }) => {
    const { properties = {} } = schema;
    const text = JSON.stringify([properties.model, properties.aspectRatio, properties.imageSize, properties.thinking]);
    expect(text).not.toMatch(/"(enum|const|default|examples)"|16:9|2K|minimal/);
  },
);

/** Every field at every depth, by its path. */
function fieldsOf(schema: SchemaFile, parent: Schema = schema, path = ''): [string, Schema][] {
  const inside = (field: Schema, at: string) => fieldsOf(schema, field, at);
  const own = Object.entries(parent.properties ?? {}).flatMap(([name, field]): [string, Schema][] => {
    const at = path === '' ? name : `${path}.${name}`;
    return [[at, field], ...inside(field, at)];
  });
  const named = schema.$defs[parent.$ref?.replace('#/$defs/', '') ?? ''];
  const branches = [...(parent.anyOf ?? []), ...(named ? [named] : [])];
  // What each variant or item may have.
  const each = [parent.additionalProperties, parent.items].filter((schema) => typeof schema === 'object');
  return [
    ...own,
    ...branches.flatMap((branch) => inside(branch, path)),
    ...each.flatMap((member) => inside(member, `${path}.*`)),
  ];
}

describe.each([
  ['an image', image, ['prompt', 'variants', 'variants.*.media', 'output', 'output.widths', 'output.quality.webp']],
  [
    'a collection',
    collection,
    ['prompt', 'items', 'items.*.$override.prompt', 'items.*.id', 'takes', 'variants.*.output.widths'],
  ],
  ['a preset', preset, ['extends', 'style', 'output.quality.webp']],
])('says in an editor what each field is for, of %s', (_, kind, expected) => {
  const fields = fieldsOf(kind.schema);
  test('of all levels', () => {
    expect(fields.map(([name]) => name)).toEqual(expect.arrayContaining(expected));
  });
  test.each(fields)('%s', (_, { description }) => expect(description).toMatch(/^.{8,}\.|^Pictures/));
});
