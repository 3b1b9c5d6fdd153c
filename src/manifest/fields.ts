import * as z from 'zod';
import { outputFormats } from '../image/formats.js';
import { positions, RATIO } from '../image/output.js';

/*
 * The fields that manifests and presets share. Which ratios, sizes and thinking levels exist depends on the model and
 * changes with it, so that is a table (models.ts) and not part of the schema.
 *
 * Everything that can be inherited takes `null`, which resets it to its default.
 */

/** What is hashed must have one form in UTF-8, which half a surrogate pair has not. */
export const words = z.string().refine((value) => value.isWellFormed(), {
  error: 'has half of a surrogate pair; it is not valid Unicode',
});
export const text = (message: string) => words.regex(/\S/, { error: message });

const takeRule = {
  error: 'is a positive integer, or up to 12 lower-case letters and digits that start with a letter',
};
export const take = z.union([z.int().min(1, takeRule), z.string().regex(/^[a-z][a-z0-9]{0,11}$/, takeRule)], takeRule);

/** Far above any use; it keeps a file that is no manifest from having a mistake in each of a million entries. */
const MOST_ENTRIES = 100;
/** `16x9` is clear enough to say how it is written. */
const ratio = (example: string) =>
  z.string().regex(RATIO, {
    error: ({ input }) => {
      const [, width, height] = /^\s*(\d+)\s*\D\s*(\d+)\s*$/.exec(String(input)) ?? [];
      return `is written width:height, for example "${width ? `${width}:${height}` : example}"`;
    },
  });
const pixels = z.int().min(1).max(16_384);
const quality = z.int().min(1).max(100);

const outputSchema = z
  .strictObject({
    formats: z
      .array(z.enum([...outputFormats, '...']))
      .min(1)
      .max(MOST_ENTRIES)
      .nullable()
      .describe(
        'Formats, best first; the last is the fallback. "..." stands for the inherited ones. Default: avif, webp, jpeg.',
      ),
    widths: z
      .array(z.union([pixels, z.enum(['original', '...'])], { error: 'takes pixels, "original" or "..."' }))
      .min(1)
      .max(MOST_ENTRIES)
      .nullable()
      .describe('Widths in pixels; never enlarged, duplicates dropped. Default: 320, 640, 960, "original".'),
    width: pixels
      .nullable()
      .describe('Instead of widths, for logos and avatars: the width of the 1× picture in CSS pixels.'),
    densities: z
      .array(z.union([z.number().min(0.5).max(8), z.literal('...')], { error: 'takes numbers from 0.5 to 8' }))
      .min(1)
      .max(MOST_ENTRIES)
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
      .nullable()
      .describe('Quality by format, 1 (small) to 100 (faithful).'),
    effort: z
      .strictObject({
        avif: z.int().min(0).max(9).nullable().describe('0 (fast) to 9 (small). Default: 3.'),
      })
      .partial()
      .nullable()
      .describe('How long the encoder may search, by format.'),
    crop: ratio('4:1').nullable().describe('Crops to this ratio, for example "4:1". Default: no crop.'),
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
  .refine(({ width, widths }) => width == null || widths == null, {
    path: ['width'],
    error:
      'and "widths" exclude each other: "widths" is for pictures that grow with the page, "width" for logos and avatars',
    params: { onKey: true },
  })
  .meta({
    id: 'output',
    // What the refinement says, for editors.
    not: { properties: { width: { type: 'integer' }, widths: { type: 'array' } }, required: ['width', 'widths'] },
  });

/** What references start with, by the file that they stand in. What else is wrong with one is told in references.ts. */
const referenceStarts = {
  image: { pattern: '^(\\.\\.?/|\\.\\.\\.$|@)', more: ' "@base" and "@name" are pictures of this very file.' },
  collection: {
    pattern: '^(\\.\\.?/|\\.\\.\\.$|[#@]|\\{\\{)',
    more: ' "#item", "@base" and "@name" are pictures of this very file; {{field}} is filled in from the item.',
  },
  preset: { pattern: '^(\\.\\.?/|\\.\\.\\.$|\\{\\{)', more: '' },
} as const;

/** Every field that a manifest may inherit. @param kind of the file that they stand in */
export function inheritableFields(kind: keyof typeof referenceStarts) {
  const { pattern, more } = referenceStarts[kind];
  const fields = {
    model: text('must name a model').nullable().describe('The image model. Default: gemini-3.1-flash-lite-image.'),
    aspectRatio: ratio('16:9')
      .nullable()
      .describe(
        "width:height; which ratios there are depends on the model. Default: 1:1, or the references' own shape.",
      ),
    imageSize: text('must name a size').nullable().describe('Which sizes there are depends on the model. Default: 1K.'),
    thinking: text('must name a level')
      .nullable()
      .describe('How much the model thinks before it draws; the levels depend on the model. Default: not sent.'),
    references: z
      .array(text('must be a path').meta({ pattern }))
      .max(MOST_ENTRIES)
      .nullable()
      .describe(
        `Pictures (png, jpeg, webp) to edit or follow, or manifests whose pictures these are, as paths from this file that start with ./ or ../.${more} "..." stands for the inherited ones.`,
      ),
    style: words.nullable().describe('Appended to the prompt, after the styles that are inherited; null drops those.'),
    output: outputSchema.nullable().describe('How the picture is published. Free: changing it never calls the model.'),
  };
  return z.strictObject(fields).partial().shape;
}
