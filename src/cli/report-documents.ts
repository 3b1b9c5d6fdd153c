import * as z from 'zod';
import { documentShape, errorSchema } from './json.js';

/** `prompt-image report --json` */
export const reportDocument = z.strictObject({
  ...documentShape,
  images: z.array(
    z.strictObject({
      address: z.string(),
      state: z.enum(['ok', 'missing', 'stale', 'waiting', 'refused', 'invalid']),
      /** Absent where the manifest has none, empty where the picture is decoration. */
      alt: z.string().optional(),
      /** Of a stale image, that of an earlier prompt. What is not known of it is absent. */
      picture: z
        .strictObject({
          /** From the root. */
          file: z.string(),
          origin: z.enum(['generated', 'kept', 'adopted']),
          /** IPTC's term. */
          sourceType: z.string().optional(),
          provider: z.string().optional(),
          /** What was asked for. */
          model: z.string().optional(),
          /** What answered. */
          modelVersion: z.string().optional(),
          createdAt: z.iso.datetime(),
          /** Files from the root, or `sha256:…` of what the manifest does not name any more. */
          references: z.array(z.string()),
        })
        .optional(),
      /** Of an invalid image. */
      error: errorSchema.optional(),
    }),
  ),
});

const side = z.strictObject({ file: z.string(), sha256: z.string() }).optional();

/** `prompt-image report --diff <ref> --json` */
export const diffDocument = z.strictObject({
  ...documentShape,
  base: z.string(),
  changes: z.array(
    z.strictObject({
      address: z.string(),
      change: z.enum(['added', 'changed', 'removed']),
      /** The originals, their files by name. */
      before: side,
      after: side,
      /** Fields of the request that changed. */
      fields: z.array(z.string()),
    }),
  ),
  /** Images that cannot be compared. */
  unreadable: z.array(z.strictObject({ address: z.string(), when: z.enum(['before', 'now']), error: errorSchema })),
  /** The contact sheet's absolute path; absent where nothing changed. */
  sheet: z.string().optional(),
});
