import * as z from 'zod';
import { documentShape, errorSchema } from './json.js';

/** US dollars, estimated from list prices or `prices`; `null`: the model's price is not known. */
const dollars = z.number().nullable();

/** The failure of one image. */
const failedImage = z.strictObject({ address: z.string(), ...errorSchema.shape });

/** `prompt-image generate --json` */
export const generateDocument = z.strictObject({
  ...documentShape,
  plan: z.strictObject({
    buy: z.array(
      z.strictObject({
        address: z.string(),
        state: z.enum(['missing', 'stale']),
        /** Of a stale image: the fields that changed since its last picture was bought. */
        changed: z.array(z.string()).optional(),
        /** Presets, the config, files and images that the change comes from; absent where it is the manifest itself. */
        causes: z.array(z.string()).optional(),
        model: z.string(),
      }),
    ),
    /** Images that wait for others of these: whether theirs is to be bought shows when they come. */
    waiting: z.array(z.strictObject({ address: z.string(), for: z.array(z.string()) })),
    /** Pictures to buy: images that share one count once. Those that wait are not among them. */
    count: z.int(),
    cost: dollars,
    /** The same with all that wait. */
    costUpTo: dollars,
    overBudget: z.boolean(),
    /** Images that have their picture. */
    unchanged: z.int(),
    /** Those of them whose files the next build makes, for nothing. */
    reprocess: z.int(),
    /** Images that are not asked for again: refused before, never answered, or paid for and not stored yet. */
    refused: z.array(failedImage),
    /** Images that cannot be planned. */
    invalid: z.array(errorSchema),
    warnings: z.array(z.string()),
  }),
  /** What was done; absent after `--dry-run` and where there was nothing to buy. */
  purchase: z
    .strictObject({
      bought: z.array(z.string()),
      failed: z.array(failedImage),
      notes: z.array(z.string()),
      cost: dollars,
    })
    .optional(),
});

/** `prompt-image status --json` */
export const statusDocument = z.strictObject({
  ...documentShape,
  images: z.array(
    z.strictObject({
      address: z.string(),
      state: z.enum(['ok', 'missing', 'stale', 'waiting', 'refused', 'invalid']),
      changed: z.array(z.string()).optional(),
      /** Presets, the config, files and images that the change comes from; absent where it is the manifest itself. */
      causes: z.array(z.string()).optional(),
      /** Of a waiting image: the images whose pictures have to come first. */
      waitsFor: z.array(z.string()).optional(),
      /** What buying it would cost, of a missing or stale image. */
      price: dollars.optional(),
      notes: z.array(z.string()),
      /** Of a refused or invalid image. */
      error: errorSchema.optional(),
    }),
  ),
});

/** `prompt-image check --json` */
export const checkDocument = z.strictObject({
  ...documentShape,
  /** How many images there are. */
  images: z.int(),
  /** Each makes the check fail. */
  problems: z.array(errorSchema),
  notes: z.array(z.string()),
});

/** `prompt-image add --json` */
export const addDocument = z.strictObject({
  ...documentShape,
  /** The manifest that was written. */
  address: z.string(),
  price: dollars,
  state: z.enum(['bought', 'had', 'missing']),
  /** The line that imports it. */
  import: z.string(),
  warnings: z.array(z.string()),
});

/** `prompt-image init --json` */
export const initDocument = z.strictObject({
  ...documentShape,
  root: z.string(),
  /** The command that installs the package; absent where it is there. */
  install: z.string().optional(),
  bundlers: z.array(
    z.strictObject({
      name: z.string(),
      config: z.string().optional(),
      /** What its config needs; empty where it is there. */
      lines: z.array(z.string()),
    }),
  ),
  written: z.array(z.string()),
  /** Changes to files that there were. */
  edits: z.array(z.strictObject({ file: z.string(), diff: z.string(), applied: z.boolean() })),
  /** What could not be found out or done. */
  notes: z.array(z.string()),
  next: z.string(),
});

/** `prompt-image types --json`. Files are named from the root. */
export const typesDocument = z.strictObject({
  ...documentShape,
  written: z.array(z.string()),
  unchanged: z.array(z.string()),
  /** Files that were made from manifests which are gone; looked for where no pattern is given. */
  stale: z.array(z.string()),
  /** Manifests that are wrong, and files that could not be written. */
  failed: z.array(errorSchema),
  warnings: z.array(z.string()),
});
