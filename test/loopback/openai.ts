import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jsonReply } from './answers.js';
import type { Outcome, Reply } from './call.js';
import { outcomeOf, readBody, sendReply } from './exchange.js';
import { acceptRequest, type OpenAIAsk, OpenAIRefusal } from './openai-requests.js';
import { paintPicture } from './paint.js';

export interface OpenAICall extends OpenAIAsk {
  /** Resolves when the exchange is over. */
  finished: Promise<Outcome>;
}

export type OpenAIAnswer = Reply | ((ask: OpenAIAsk) => Reply | Promise<Reply>);

/** OpenAI's image API on 127.0.0.1, as strict as the real one. */
export interface OpenAI extends AsyncDisposable {
  /** With the version, as OpenAI's own clients take it. */
  readonly url: string;
  readonly key: string;
  /** Requests that were accepted, whatever the answer was. */
  readonly calls: readonly OpenAICall[];
  /** Requests in all. */
  readonly requests: number;
  /** Bytes of the picture that is the answer where nothing is scripted. */
  readonly picture: Buffer;
  /** Queues answers for the next accepted calls. */
  script: (...answers: OpenAIAnswer[]) => void;
  /** Resolves with the first accepted call as soon as it has arrived. */
  called: () => Promise<OpenAICall>;
}

/** Starts a server on a free port. */
export async function startOpenAI({ key = `sk-proj-${randomBytes(24).toString('hex')}` } = {}): Promise<OpenAI> {
  const { bytes } = await paintPicture({ width: 64, height: 64 }, 'png');
  const queue: OpenAIAnswer[] = [];
  const calls: OpenAICall[] = [];
  let requests = 0;
  let arrived: (call: OpenAICall) => void = () => {};
  const first = new Promise<OpenAICall>((resolve) => {
    arrived = resolve;
  });

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      response.destroy();
      // Unhandled on purpose: a broken answer must fail the test that scripted it.
      throw error;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++;
    let reply: Reply | undefined;
    const finished = new Promise<Outcome>((resolve) => {
      response.on('close', () => resolve(outcomeOf(response, reply)));
    });
    const raw = await readBody(incoming);
    if (!raw) return;
    try {
      const ask = await acceptRequest(incoming.method ?? '', incoming.url ?? '', incoming.headers, raw, key);
      const call = { ...ask, finished };
      calls.push(call);
      arrived(call);
      const answer = queue.shift() ?? openaiPicture(bytes);
      reply = typeof answer === 'function' ? await answer(ask) : answer;
    } catch (error) {
      if (!(error instanceof OpenAIRefusal)) throw error;
      reply = openaiError(error.status, error.message, { code: error.code });
    }
    sendReply(response, reply);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    key,
    calls,
    get requests() {
      return requests;
    },
    picture: bytes,
    script: (...answers) => void queue.push(...answers),
    called: () => first,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function openaiPicture(bytes: Uint8Array): Reply {
  return openaiImages([{ b64_json: Buffer.from(bytes).toString('base64') }]);
}

/** An ImagesResponse with this `data`. */
export function openaiImages(data: unknown): Reply {
  const usage = {
    input_tokens: 12,
    output_tokens: 1056,
    total_tokens: 1068,
    input_tokens_details: { text_tokens: 12, image_tokens: 0 },
  };
  const body = { created: 1_800_000_000, data, size: '1024x1024', quality: 'low', output_format: 'png', usage };
  const reply = jsonReply(body);
  return { ...reply, headers: { ...reply.headers, 'x-request-id': 'req_loopback' } };
}

/** `{ error: { message, type, param, code } }`, with more headers. */
export function openaiError(
  status: number,
  message: string,
  { code = null, type = 'image_generation_user_error', headers = {} }: OpenAIErrorOptions = {},
): Reply {
  const reply = jsonReply({ error: { message, type, param: null, code } }, status);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

interface OpenAIErrorOptions {
  code?: string | null;
  type?: string;
  headers?: Record<string, string>;
}
