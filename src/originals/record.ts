import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { outputFormats } from '../image/formats.js';
import { canonicalJson, type KeyedRequest, keyOf, sha256 } from '../request.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const requestSchema = z.strictObject({
  v: z.literal(1),
  model: z.string(),
  prompt: z.string(),
  aspectRatio: z.string().optional(),
  imageSize: z.string(),
  thinking: z.string().optional(),
  references: z.array(digest).optional(),
  take: z.union([z.int(), z.string()]).optional(),
});

const recordSchema = z.strictObject({
  version: z.literal(1),
  key: digest,
  for: z.string(),
  request: requestSchema,
  image: z.strictObject({
    sha256: digest,
    bytes: z.int(),
    width: z.int(),
    height: z.int(),
    format: z.enum(outputFormats),
  }),
  origin: z.enum(['generated', 'kept', 'adopted']),
  // Of an adopted picture nobody may know these three.
  sourceType: z.string().optional(),
  caption: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  modelVersion: z.string().optional(),
  responseId: z.string().optional(),
  usage: z.record(z.string(), z.json()).optional(),
  createdAt: z.iso.datetime(),
  self: digest,
});

type ParsedRecord = z.infer<typeof recordSchema>;

/** What is known of an original: the JSON file beside it. Immutable. */
export interface OriginalRecord extends Omit<ParsedRecord, 'request'> {
  /** What was asked for; hashes to `key`. */
  request: KeyedRequest;
}

/** Why a record cannot be believed. `newer`: written by a later version; `damaged`: anything else. */
export class RecordError extends Error {
  readonly kind: 'newer' | 'damaged';
  constructor(kind: 'newer' | 'damaged', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Puts its own hash into a record, so that every later edit shows, and renders it: keys sorted, newline at the end. */
export function renderRecord(fields: Omit<OriginalRecord, 'self'>): { record: OriginalRecord; text: string } {
  const canonical = canonicalJson(fields);
  const record = { ...(JSON.parse(canonical) as Omit<OriginalRecord, 'self'>), self: sha256(canonical) };
  return { record, text: `${JSON.stringify(JSON.parse(canonicalJson(record)), undefined, 2)}\n` };
}

/**
 * Parses and verifies a record: its shape, its own hash, that its request gives its key, and that every byte of it is as it
 * was written. Line ends may differ, since git rewrites them in some checkouts.
 *
 * @throws {@link RecordError}
 */
export function parseRecord(bytes: Uint8Array): OriginalRecord {
  const text = Buffer.from(bytes).toString('utf8');
  if (/^(<{7}|={7}|>{7})( |\r?$)/m.test(text))
    throw new RecordError('damaged', 'has the markers of an unfinished merge');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RecordError('damaged', 'is not JSON');
  }
  const version = z.looseObject({ version: z.int() }).safeParse(value);
  if (version.success && version.data.version > 1) throw new RecordError('newer', 'was written by a newer version');
  if (!recordSchema.safeParse(value).success) throw new RecordError('damaged', 'is not a record');
  const { self, ...fields } = value as OriginalRecord;
  const written = renderRecord(fields);
  const read = text.replaceAll('\r\n', '\n');
  if (written.record.self !== self || written.text !== read || !isUtf8(bytes))
    throw new RecordError('damaged', 'was edited after it was written');
  if (keyOf(fields.request) !== fields.key)
    throw new RecordError('damaged', 'names a key that its request does not have');
  return written.record;
}
