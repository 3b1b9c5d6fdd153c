import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { modelInPath } from './accept.js';
import type { Outcome, RecordedRequest, Reply } from './call.js';
import { bytesOf } from './transport.js';

/** What is known of a request before its body has arrived. */
export function recordRequest(incoming: IncomingMessage, finished: Promise<Outcome>): RecordedRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://loopback');
  return {
    method: incoming.method ?? '',
    path: pathname,
    url: incoming.url ?? '',
    query: searchParams,
    headers: incoming.headers,
    raw: Buffer.alloc(0),
    body: undefined,
    model: modelInPath(pathname),
    prompt: '',
    references: [],
    ask: undefined,
    refusal: undefined,
    picture: undefined,
    finished,
  };
}

/** @returns `undefined` when the client leaves before it has sent everything */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}

/** Sends an answer, or does what stands for one. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || reply === 'hang') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (typeof reply.body !== 'string' && Symbol.asyncIterator in reply.body) {
    response.writeHead(reply.status, reply.headers);
    // A client that leaves in the middle is recorded as such.
    pipeline(Readable.from(reply.body), response, () => {});
    return;
  }
  const body = bytesOf(reply);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  if (reply.cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, reply.cutAfter), () => response.socket?.destroy());
}

/** How an exchange went, when it is over. */
export function outcomeOf(response: ServerResponse, reply: Reply | undefined): Outcome {
  if (response.writableFinished) return 'answered';
  return reply === 'reset' || (typeof reply === 'object' && reply.cutAfter !== undefined) ? 'cut' : 'abandoned';
}
