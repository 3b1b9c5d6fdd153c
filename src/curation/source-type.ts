import type { PictureFacts } from '../derivatives/encoder/operations.js';
import { isMadeByModel } from '../image/source-types.js';
import { manifestStores } from './c2pa.js';

/** What a picture's file says of how it was made. */
export interface Label {
  /** IPTC's term. */
  sourceType?: string;
  /** The system that made it. */
  system?: string;
}

/**
 * Reads the label that a picture carries, in its XMP and in its C2PA manifests. Where they say several things, the one that
 * discloses a model counts: a label must not get lost on the way.
 */
export function readLabel(bytes: Buffer, { format, xmp = '' }: PictureFacts): Label {
  const said = [...urisIn(manifestStores(bytes, format)), ...valuesOf('DigitalSourceType', xmp)];
  // Some write the bare term.
  const terms = said.map((uri) => uri.replace(SCHEME, '')).filter((term) => TERM.test(term));
  const composite = terms.find((term) => /^composite/.test(term) && isMadeByModel(term));
  const sourceType = composite ?? terms.find(isMadeByModel) ?? terms[0];
  const [system] = valuesOf('AISystemUsed', xmp);
  return { ...(sourceType === undefined ? {} : { sourceType }), ...(system === undefined ? {} : { system }) };
}

const SCHEME = /https?:\/\/cv\.iptc\.org\/newscodes\/digitalsourcetype\//g;

/** The terms' URIs in a manifest store, whose assertions are CBOR or JSON. */
function urisIn(store: Buffer): string[] {
  const text = store.toString('latin1');
  return [...text.matchAll(SCHEME)].map(({ index }) => {
    // CBOR has a text's length before it, and what follows it may look like more of it.
    const isCbor = store[index - 2] === CBOR_TEXT;
    return text.slice(index, isCbor ? index + (store[index - 1] ?? 0) : text.indexOf('"', index));
  });
}

/** A text whose length is the next byte, as it is from 24 to 255 characters. @see RFC 8949, 3.1 */
const CBOR_TEXT = 0x78;
const TERM = /^[A-Za-z]{1,60}$/;

/** The values of an XMP property, as element, attribute or resource, under whatever prefix. */
function valuesOf(property: string, xmp: string): string[] {
  const pattern = new RegExp(`:${property}(?:\\s*=\\s*|\\s+rdf:resource\\s*=\\s*|\\s*>\\s*)["']?([^<>"']+)`, 'g');
  return [...xmp.matchAll(pattern)]
    .map(([, value = '']) => unescapeXml(value.trim()).toWellFormed())
    .filter((value) => value !== '');
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:(\w+)|#(\d{1,5})|#x([\da-f]{1,4}));/gi, (all, name, decimal, hex) =>
    name ? (entities[name] ?? all) : String.fromCharCode(Number.parseInt(decimal ?? hex, decimal ? 10 : 16)),
  );
}
