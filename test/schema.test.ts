import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { planImages } from '../src/manifest/images.js';
import { parseManifest } from '../src/manifest/parse.js';
import { jsonSchemas } from '../src/manifest/schema.js';
import { repositoryRoot } from './support/workspace.js';

const schema = JSON.parse(await readFile(join(repositoryRoot, 'schema.json'), 'utf8')) as Record<string, unknown>;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
const withOutput = (output: unknown) => ({ prompt: 'A pier', output });

/** Whether the plugin takes it. */
function parses(manifest: unknown): boolean {
  try {
    planImages(parseManifest('a.image.json', JSON.stringify(manifest)), { defaults: undefined }).image(undefined);
    return true;
  } catch {
    return false;
  }
}

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
])('takes %j', (manifest) => {
  expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
  expect(parses(manifest)).toBe(true);
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
])('refuses %j', (manifest) => {
  expect(validate(manifest)).toBe(false);
  expect(parses(manifest)).toBe(false);
});

test('leaves to the models which ratios, sizes and levels of thinking there are', () => {
  const { properties } = schema as { properties: Record<string, unknown> };
  const text = JSON.stringify([properties.model, properties.aspectRatio, properties.imageSize, properties.thinking]);
  expect(text).not.toMatch(/"(enum|const|default|examples)"|16:9|2K|minimal/);
});

describe('says in an editor what each field is for', () => {
  type Schema = { description?: string; properties?: Record<string, Schema>; anyOf?: Schema[]; $ref?: string };
  const definitions = schema.$defs as Record<string, Schema>;

  function fieldsOf(parent: Schema, path: string): [string, Schema][] {
    const own = Object.entries(parent.properties ?? {}).flatMap(([name, field]): [string, Schema][] => {
      const inside = path === '' ? name : `${path}.${name}`;
      return [[inside, field], ...fieldsOf(field, inside)];
    });
    const named = definitions[parent.$ref?.replace('#/$defs/', '') ?? ''];
    const branches = [...(parent.anyOf ?? []), ...(named ? [named] : [])];
    return [...own, ...branches.flatMap((branch) => fieldsOf(branch, path))];
  }

  const fields = fieldsOf(schema, '');
  test('of all levels', () => {
    const names = fields.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['prompt', 'output', 'output.widths', 'output.quality.webp']));
  });
  test.each(fields)('%s', (_, { description }) => expect(description).toMatch(/^.{8,}\.|^Pictures/));
});
