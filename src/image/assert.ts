import type { PromptImage } from './object.js';

const FIELDS = { src: 'string', width: 'number', height: 'number', format: 'string', alt: 'string', srcset: 'string' };

/**
 * Checks what someone passes on as an imported image: without types, it is easily the wrong part of an import.
 *
 * @param taker who asks, as it begins the message
 * @throws TypeError that says what it is instead, and what to do
 */
export function assertImage(value: unknown, taker: string): asserts value is PromptImage {
  if (!isImage(value)) throw new TypeError(`${taker} takes an imported image, but was given ${describe(value)}`);
}

function isImage(value: unknown): value is PromptImage {
  return isObject(value) && missingFields(value).length === 0;
}

function missingFields(value: Record<string, unknown>): string[] {
  const missing = Object.entries(FIELDS).filter(([name, type]) => typeof value[name] !== type);
  return [...missing.map(([name]) => name), ...(isObject(value.sources) ? [] : ['sources'])];
}

function describe(value: unknown): string {
  if (typeof value === 'string') {
    const text = value.length > 60 ? `${value.slice(0, 60)}…` : value;
    return `the text ${JSON.stringify(text)}. Import the image without ?url, as an object.`;
  }
  if (!isObject(value)) return `${value === null ? 'null' : typeof value}.`;
  if (typeof value.then === 'function') return 'a promise. Await it first.';
  if (isImage(value.default)) return 'a module. Its default export is the image.';
  const [name] = Object.entries(value).find(([, item]) => isImage(item)) ?? [];
  if (Array.isArray(value)) return 'a list. Give it one image after the other.';
  if (name !== undefined) return `a collection. Choose one of its images, such as ${JSON.stringify(name)}.`;
  return `an object without ${missingFields(value).join(', ')}.`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
