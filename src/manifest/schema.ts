import * as z from 'zod';
import { BASE, NAME } from '../image/address.js';
import { inheritableFields, take, text } from './fields.js';

/*
 * The one source of the types of manifests and presets, of their validation and of the JSON Schemas for editors.
 */

/** Far above any collection that one page of prompts describes. */
export const MOST_ITEMS = 10_000;

/** For editors, too, so that the pattern says all of it. Records lose a `__proto__` in silence: see names.ts. */
const name = z.string().regex(new RegExp(`(?!^${BASE}$)${NAME.source}`));

const $schema = z.string().describe('Ignored; for editors.').optional();
const presetPath = z.string().meta({ pattern: '^\\.\\.?/.*\\.image-preset\\.json$' });
const extended = z
  .union([presetPath, z.array(presetPath).min(1).max(100)], {
    error: 'is the path of a preset, or an array of such paths',
  })
  .describe(
    'One or several presets to inherit from, as paths from this file to *.image-preset.json; of several, the later wins.',
  )
  .optional();

const prompt = text('must say what the picture shows').describe('What the picture shows.');
const alt = z.string().describe('Alternative text; "" means decorative. Never sent to the model.').optional();
const media = text('must be a media query')
  .describe('Media query for which the variant is shown, for example "(max-width: 640px)".')
  .optional();
const ownTake = take.describe('Which of several pictures of the same prompt. Default: 1.').optional();

const variantFields = (kind: 'image' | 'collection') => ({
  prompt: prompt.describe("What the picture shows, instead of the manifest's prompt.").optional(),
  alt: alt.describe("Alternative text, instead of the manifest's."),
  media,
  ...inheritableFields(kind),
});
const VARIANTS =
  'Art direction, by name: other pictures, or other outputs of the same picture where nothing that the model is told differs.';
const variant = z.strictObject({ ...variantFields('image'), take: ownTake }).meta({ id: 'variant' });
const collectionVariant = z.strictObject(variantFields('collection')).meta({ id: 'variant' });
const collectionVariants = z.record(name, collectionVariant).describe(VARIANTS).optional();

/** What the config's `defaults` hold: the outermost preset. */
export const presetSchema = z.strictObject({ $schema, ...inheritableFields('preset') });

/** What stands in `brand.image-preset.json`. */
export const presetFileSchema = z.strictObject({ $schema, extends: extended, ...inheritableFields('preset') }).meta({
  title: 'A preset for images as code',
  description: 'What several images have in common; they name it in "extends".',
});

/** What stands in `hero.image.json`. */
export const manifestSchema = z
  .strictObject({
    $schema,
    prompt,
    alt,
    take: ownTake,
    extends: extended,
    ...inheritableFields('image'),
    variants: z.record(name, variant).describe(VARIANTS).optional(),
  })
  .meta({ title: 'An image as code', description: 'A prompt whose picture is imported as a responsive image.' });

/** What stands in `$override` of an item. */
export const overrideSchema = z
  .strictObject({
    prompt: prompt.describe("What the picture shows, instead of the collection's prompt.").optional(),
    alt: alt.describe("Alternative text, instead of the collection's."),
    ...inheritableFields('collection'),
    variants: collectionVariants.describe("Variants of this item alone; they merge with the collection's by name."),
  })
  .meta({ id: 'override' });

/** What stands in `fruits.images.json`, but for its items: these are parsed in items.ts, one by one. */
export const collectionSchema = z
  .strictObject({
    $schema,
    prompt: prompt.describe('What the pictures show; {{field}} is filled in from each item.'),
    alt: alt.describe('Alternative text; {{field}} is filled in from each item. "" means decorative.'),
    items: z.unknown(),
    takes: z
      .record(z.string(), take)
      .describe('Takes by item, or by item@variant, for example { "apple": 2, "apple@dark": "m2qx" }. Default: 1.')
      .optional(),
    extends: extended,
    ...inheritableFields('collection'),
    variants: collectionVariants,
  })
  .meta({
    title: 'Many images as code',
    description: 'A template of a prompt, and the items whose pictures it describes.',
  });

export type PresetInput = z.infer<typeof presetSchema>;
export type PresetFileInput = z.infer<typeof presetFileSchema>;
export type ManifestInput = z.infer<typeof manifestSchema>;
export type CollectionInput = z.infer<typeof collectionSchema>;
export type OverrideInput = z.infer<typeof overrideSchema>;

/** Fields of later versions: an error that says so, instead of "unknown". */
export const reservedFields: readonly string[] = ['background'];

const item = z.looseObject({
  $override: overrideSchema.describe('Changes fields of the collection for this item alone.').optional(),
});
const itemsForEditors = z
  .union([
    z.record(name, item),
    z
      .array(
        z.looseObject({
          ...item.shape,
          id: z.union([name, z.int().min(0)]).describe('The name of the item; unique.'),
        }),
      )
      .max(MOST_ITEMS),
    z.string().regex(/^\.\.?\/.*\.json$/),
  ])
  .describe(
    'What there is a picture of: an object of items by name, an array of items with an "id", or the path of a JSON file that holds either.',
  );

/** The JSON Schemas by file name, as they stand at the top of the package. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  const schemas = {
    'schema.json': manifestSchema,
    'collection.schema.json': z
      .strictObject({ ...collectionSchema.shape, items: itemsForEditors })
      .meta(collectionSchema.meta() ?? {}),
    'preset.schema.json': presetFileSchema,
  };
  const render = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return Object.fromEntries(Object.entries(schemas).map(([file, schema]) => [file, render(schema)]));
}
