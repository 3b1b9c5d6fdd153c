/**
 * The bytes of a base64 text, in either alphabet; `undefined` where it is something else or too short to be a picture.
 * Looks for the first wrong character: a pattern for all the right ones overflows V8's stack at some megabytes.
 */
export function base64(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text.trim().length < 8 || /[^\w+/=\s-]/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 ? bytes : undefined;
}
