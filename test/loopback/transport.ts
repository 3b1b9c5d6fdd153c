import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, HttpReply } from './call.js';

/** Bytes of any type, mostly for what `serve` hosts. */
export function file(bytes: Uint8Array, contentType: string): Answer {
  return () => ({ status: 200, headers: { 'content-type': contentType }, body: bytes });
}

/** nginx in front of a gateway: 502, 504 and the like, as a page. */
export function htmlError(status: 502 | 503 | 504): Answer {
  const title = { 502: '502 Bad Gateway', 503: '503 Service Temporarily Unavailable', 504: '504 Gateway Time-out' }[
    status
  ];
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return () => ({ status, headers: { 'content-type': 'text/html' }, body: page });
}

/** Status 200 and JSON declared, but the body is something else. */
export function notJson(body = '<!doctype html><title>Sign in</title>'): Answer {
  return () => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
}

/** @param status 301, 302, 303, 307 or 308 */
export function redirect(location: string, status = 302): Answer {
  return () => ({ status, headers: { location }, body: '' });
}

/** The right length is declared, half of the body is sent, and the connection ends. */
export function truncatedBody(answer: Answer): Answer {
  return async (call) => {
    const reply = await answer(call);
    if (typeof reply === 'string') throw new Error(`There is no body to truncate in "${reply}"`);
    return { ...reply, cutAfter: Math.floor(bytesOf(reply).length / 2) };
  };
}

/** The whole request is read, then the connection is reset. */
export function resetBeforeAnswer(): Answer {
  return () => 'reset';
}

/** Nothing is ever sent; the exchange ends when the client gives up. */
export function never(): Answer {
  return () => 'hang';
}

/** Answers after so many milliseconds, or when the promise resolves: `delayed(gate, picture())` holds a call open. */
export function delayed(until: number | Promise<unknown>, answer: Answer): Answer {
  return async (call) => {
    await (typeof until === 'number' ? sleep(until, undefined, { ref: false }) : until);
    return answer(call);
  };
}

/** Ten pieces of a file, with so many milliseconds before each. */
export function dripping(bytes: Uint8Array, contentType: string, pause: number): Answer {
  const piece = Math.ceil(bytes.length / 10);
  return () => ({
    status: 200,
    headers: { 'content-type': contentType },
    body: (async function* () {
      for (let start = 0; start < bytes.length; start += piece) {
        await sleep(pause, undefined, { ref: false });
        yield bytes.subarray(start, start + piece);
      }
    })(),
  });
}

/** Bytes without end, and without a word about their number. */
export function endless(contentType: string): Answer {
  const piece = Buffer.alloc(1024 * 1024, 1);
  return () => ({
    status: 200,
    headers: { 'content-type': contentType },
    body: (async function* () {
      for (;;) yield piece;
    })(),
  });
}

/**
 * One answer at a rate, from 0 to 1, else the other: `sometimes(0.2, apiError(429), picture())`.
 *
 * @param seed the same seed draws the same answers in the same order
 */
export function sometimes(rate: number, answer: Answer, otherwise: Answer, seed = 1): Answer {
  let state = seed;
  // mulberry32
  const draw = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return (call) => (draw() < rate ? answer : otherwise)(call);
}

export function bytesOf({ body }: HttpReply): Buffer {
  if (typeof body !== 'string' && Symbol.asyncIterator in body) throw new TypeError('It comes in pieces');
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
