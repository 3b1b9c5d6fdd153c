import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ResolvedImage } from './manifest/resolve.js';

/**
 * The prompt side of an image in the form that is hashed and recorded. What is unset is absent, never `null`, so that a
 * field of a later version moves no key of today.
 */
export interface KeyedRequest {
  v: 1;
  model: string;
  prompt: string;
  aspectRatio?: string;
  imageSize: string;
  thinking?: string;
  /** SHA-256 of each reference's bytes, hexadecimal, in order; absent where nothing is referenced. */
  references?: readonly string[];
  /** Absent for the first take. */
  take?: number | string;
}

/** @param references SHA-256 of each referenced picture's bytes, hexadecimal, in order */
export function planRequest(image: ResolvedImage, references: readonly string[]): KeyedRequest {
  return {
    v: 1,
    model: image.model,
    prompt: image.prompt,
    ...(image.aspectRatio === undefined ? {} : { aspectRatio: image.aspectRatio }),
    imageSize: image.imageSize,
    ...(image.thinking === undefined ? {} : { thinking: image.thinking }),
    ...(references.length === 0 ? {} : { references }),
    ...(image.take === 1 ? {} : { take: image.take }),
  };
}

/** The key of a picture: SHA-256 of the request as RFC 8785 JSON, hexadecimal. */
export function keyOf(request: KeyedRequest): string {
  return sha256(canonicalJson(request));
}

/** What the key would be of the first take: the same for all pictures of one prompt side, whichever take they are. */
export function promptKeyOf({ take: _, ...request }: KeyedRequest): string {
  return keyOf(request);
}

/** RFC 8785: sorted keys, shortest numbers, no white space. The value must be plain JSON data. */
export function canonicalJson(value: unknown): string {
  const text = isCanonical(value) ? JSON.stringify(value) : canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON data has a canonical form');
  return text;
}

/**
 * Whether `JSON.stringify` gives the canonical form of a value as it is, in a fraction of the time: all keys are in order, and
 * it holds nothing but JSON data. What was read from canonical JSON is like that, unless it has keys like array indices, which
 * JavaScript puts in an order of its own.
 */
export function isCanonical(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object' || 'toJSON' in value) return false;
  if (Array.isArray(value)) return value.every(isCanonical);
  let before: string | undefined;
  for (const [name, field] of Object.entries(value)) {
    // By UTF-16 code units, as RFC 8785 sorts.
    if ((before !== undefined && before >= name) || !name.isWellFormed() || !isCanonical(field)) return false;
    before = name;
  }
  return true;
}

/** Hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

/** The names of the fields in which two requests differ; the reason why a picture is stale. */
export function changedFields(before: KeyedRequest, after: KeyedRequest): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof KeyedRequest>;
  return [...names].filter((name) => {
    const [a, b] = [before[name], after[name]];
    return (a === undefined) !== (b === undefined) || (a !== undefined && canonicalJson(a) !== canonicalJson(b));
  });
}
