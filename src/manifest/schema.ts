import { z } from 'zod';
import { outputFormats } from '../image/formats.js';
import { positions } from '../image/output.js';

/*
 * The one source of the manifest's types, of its validation and of schema.json. Which ratios, sizes and thinking levels
 * exist depends on the model and changes with it, so that is a table (models.ts) and not part of the schema.
 *
 * Everything that can be inherited takes `null`, which resets it to its default.
 */

const text = (message: string) =>
  z
    .string({ error: message })
    .refine((value) => value.trim() !== '', { error: message })
    .refine((value) => !/\p{Surrogate}/u.test(value), {
      error: 'has half of a surrogate pair; it is not valid Unicode',
    });

const takeRule = {
  error: 'is a positive integer, or up to 12 lower-case letters and digits that start with a letter',
};
const pixels = z.int().min(1).max(16_384);
const quality = z.int().min(1).max(100);

const outputSchema = z
  .strictObject({
    formats: z
      .array(z.enum([...outputFormats, '...']))
      .min(1)
      .nullable()
      .describe(
        'Formats, best first; the last is the fallback. "..." stands for the inherited ones. Default: avif, webp, jpeg.',
      ),
    widths: z
      .array(z.union([pixels, z.enum(['original', '...'])], { error: 'takes pixels, "original" or "..."' }))
      .min(1)
      .nullable()
      .describe('Widths in pixels; never enlarged, duplicates dropped. Default: 320, 640, 960, "original".'),
    width: pixels
      .nullable()
      .describe('Instead of widths, for logos and avatars: the width of the 1× picture in CSS pixels.'),
    densities: z
      .array(z.union([z.number().min(0.5).max(8), z.literal('...')], { error: 'takes numbers from 0.5 to 8' }))
      .min(1)
      .nullable()
      .describe('With width: the pixel densities to make. Default: 1, 2.'),
    quality: z
      .strictObject({
        avif: quality.nullable().describe('1 to 100. Default: 50.'),
        webp: z
          .union([quality, z.literal('lossless')])
          .nullable()
          .describe('1 to 100, or "lossless". Default: 75.'),
        jpeg: quality.nullable().describe('1 to 100. Default: 80.'),
      })
      .partial()
      .nullable(),
    effort: z
      .strictObject({
        avif: z.int().min(0).max(9).nullable().describe('0 (fast) to 9 (small). Default: 3.'),
      })
      .partial()
      .nullable(),
    crop: z
      .string()
      .regex(/^[1-9]\d{0,4}:[1-9]\d{0,4}$/, { error: 'is written width:height, for example "4:1"' })
      .nullable()
      .describe('Crops to this ratio, for example "4:1". Default: no crop.'),
    position: z
      .enum(positions)
      .nullable()
      .describe('What a crop keeps: "attention" and "entropy" look for the subject. Default: attention.'),
    placeholder: z
      .union([z.enum(['blur', 'thumbhash', 'color']), z.literal(false)])
      .nullable()
      .describe('What to show while the picture loads. Default: blur.'),
    caption: z.boolean().nullable().describe("Whether the import carries the model's caption. Default: false."),
  })
  .partial()
  .describe('How the picture is published. Free: changing it never calls the model.');

/** Every field that a manifest may inherit. */
const inheritable = {
  model: text('must name a model').nullable().describe('Default: gemini-3.1-flash-lite-image.'),
  aspectRatio: z
    .string()
    .regex(/^\d+:\d+$/, { error: 'is written width:height, for example "16:9"' })
    .nullable()
    .describe("For example 16:9. Default: 1:1, or the references' own shape."),
  imageSize: z.string().nullable().describe('Default: 1K.'),
  thinking: z.string().nullable().describe('"minimal" or "high". Default: not sent.'),
  references: z
    .array(text('must be a path'))
    .nullable()
    .describe('Pictures (png, jpeg, webp) to edit or follow, as paths from this file that start with ./ or ../'),
  style: z.string().nullable().describe('Appended to the prompt, after the styles that are inherited.'),
  output: outputSchema.nullable(),
};

/** A layer that manifests inherit from: the config's `defaults`. */
export const presetSchema = z.strictObject({ $schema: z.string(), ...inheritable }).partial();

/** What stands in `hero.image.json`. */
export const manifestSchema = z
  .strictObject({
    $schema: z.string().describe('Ignored; for editors.').optional(),
    prompt: text('must say what the picture shows').describe('What the picture shows.'),
    alt: z.string().describe('Alternative text; "" means decorative. Never sent to the model.').optional(),
    take: z
      .union([z.int().min(1, takeRule), z.string().regex(/^[a-z][a-z0-9]{0,11}$/, takeRule)], takeRule)
      .describe('Which of several pictures of the same prompt. Default: 1.')
      .optional(),
    ...z.strictObject(inheritable).partial().shape,
  })
  .meta({ title: 'An image as code', description: 'A prompt whose picture is imported as a responsive image.' });

export type PresetInput = z.infer<typeof presetSchema>;
export type ManifestInput = z.infer<typeof manifestSchema>;
export type OutputInput = z.infer<typeof outputSchema>;

/** Fields of later versions: an error that says so, instead of "unknown". */
export const reservedFields: readonly string[] = [
  'extends',
  'variants',
  'items',
  'takes',
  'media',
  '$override',
  'background',
];

/** The content of schema.json. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-2020-12' });
}
