import type { OutputFormat } from '../image/formats.js';

/**
 * The C2PA manifest stores in a picture's file, as bytes: what says, signed, how a picture was made. Looked for in the
 * container itself, because decoders hide them. Nothing is verified. The file must be a whole picture.
 *
 * @see https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_embedding_manifests_into_various_file_formats
 */
export function manifestStores(bytes: Buffer, format: OutputFormat): Buffer {
  return Buffer.concat([...readers[format](bytes)]);
}

const readers = { png: pngStores, jpeg: jpegStores, webp: webpStores, avif: avifStores };

/** @see https://www.w3.org/TR/png-3/#5Chunk-layout */
function* pngStores(bytes: Buffer): Generator<Buffer> {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'caBX') yield bytes.subarray(at + 8, end);
    at = end + 4;
  }
}

const APP11 = 0xeb;
/** Start of scan: from here on there are pixels. */
const SOS = 0xda;
/** Of a JUMBF segment: `JP`, instance, sequence number. */
const SEGMENT_HEAD = 8;
/** Length and type of the box, which every segment of it repeats. */
const BOX_HEAD = 8;

/** A store of more than 64 KB stands in several segments. @see ISO 19566-5, annex D */
function* jpegStores(bytes: Buffer): Generator<Buffer> {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== SOS; ) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const segment = bytes.subarray(at + 4, end);
    if (bytes[at + 1] === APP11 && segment.length > SEGMENT_HEAD && segment.toString('latin1', 0, 2) === 'JP') {
      const isFirst = segment.readUInt32BE(4) <= 1;
      yield segment.subarray(isFirst ? SEGMENT_HEAD : SEGMENT_HEAD + BOX_HEAD);
    }
    at = end;
  }
}

/** @see https://developers.google.com/speed/webp/docs/riff_container */
function* webpStores(bytes: Buffer): Generator<Buffer> {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'C2PA') yield bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
}

const C2PA_BOX = 'd8fec3d61b0e483c92975828877ec481';

/** Boxes of the file's top level; one of length 0 reaches to its end, and one of length 1 is larger than a picture may be. */
function* avifStores(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 24 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = length === 0 ? bytes.length : at + length;
    if (end < at + 8) return;
    const isStore =
      bytes.toString('latin1', at + 4, at + 8) === 'uuid' && bytes.toString('hex', at + 8, at + 24) === C2PA_BOX;
    if (isStore) yield bytes.subarray(at + 24, end);
    at = end;
  }
}
