import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { outputFormats } from '../image/formats.js';
import { canonicalJson, isCanonical, type KeyedRequest, keyOf, sha256 } from '../request.js';

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
  // Whatever JSON there is: it was parsed from JSON.
  usage: z
    .record(
      z.string(),
      z.custom<z.core.util.JSONType>(() => true),
    )
    .optional(),
  createdAt: z.iso.datetime(),
  self: digest,
});

const versionSchema = z.looseObject({ version: z.int() });

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
  return { record, text: layOut(JSON.parse(canonicalJson(record))) };
}

/**
 * Parses and verifies a record: its shape, its own hash, that its request gives its key, and that every byte of it is as it
 * was written. Line ends may differ, since git rewrites them in some checkouts.
 *
 * @throws {@link RecordError}
 */
export function parseRecord(bytes: Uint8Array): OriginalRecord {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const value = parseJson(text);
  if (!recordSchema.safeParse(value).success) {
    const version = versionSchema.safeParse(value);
    if (version.success && version.data.version > 1) throw new RecordError('newer', 'was written by a newer version');
    throw new RecordError('damaged', 'is not a record');
  }
  const record = value as OriginalRecord;
  if (!isAsWritten(record, text) || !isUtf8(bytes)) throw new RecordError('damaged', 'was edited after it was written');
  if (keyOf(record.request) !== record.key)
    throw new RecordError('damaged', 'names a key that its request does not have');
  return record;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // No line of JSON starts like this: strings have no raw line ends.
    const isUnmerged = /^(<{7}|={7}|>{7})( |\r?$)/m.test(text);
    throw new RecordError('damaged', isUnmerged ? 'has the markers of an unfinished merge' : 'is not JSON');
  }
}

function isAsWritten(record: OriginalRecord, text: string): boolean {
  const { self, ...fields } = record;
  try {
    // Thousands are looked at in one go, nearly all of them in order as they are: sorting would take most of the time.
    const isSorted = isCanonical(record);
    if (sha256(isSorted ? JSON.stringify(fields) : canonicalJson(fields)) !== self) return false;
    const written = layOut(isSorted ? record : JSON.parse(canonicalJson(record)));
    return written === (text.includes('\r') ? text.replaceAll('\r\n', '\n') : text);
  } catch (error) {
    // What has no canonical form, such as half of a surrogate pair, was never written.
    if (error instanceof Error) return false;
    throw error;
  }
}

/** @param sorted a record whose keys are in order */
function layOut(sorted: OriginalRecord): string {
  return `${JSON.stringify(sorted, undefined, 2)}\n`;
}
