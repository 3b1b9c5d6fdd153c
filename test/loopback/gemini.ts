import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acceptRequest } from './accept.js';
import type { Answer, Call, Flavour, Outcome, RecordedRequest, Reply } from './call.js';
import { errorReply } from './errors.js';
import { outcomeOf, readBody, recordRequest, sendReply } from './exchange.js';
import { Refusal } from './refusal.js';
import { Script } from './script.js';

export * from './answers.js';
export { bomb } from './bomb.js';
export type * from './call.js';
export { apiError, type ErrorOptions } from './errors.js';
export { type PictureOptions, type PictureVia, picture, pictureVias } from './picture.js';
export * from './transport.js';

export interface GeminiOptions {
  /** The one key that is right. @default a new one, with characters that a URL must escape */
  key?: string;
  /** @default 'google' */
  flavour?: Flavour;
}

/** The Gemini API on 127.0.0.1, as strict as the real one. */
export interface Gemini extends AsyncDisposable {
  /** The base URL, without a slash at the end. */
  readonly url: string;
  readonly key: string;
  /** Every request in order of arrival: refused ones and downloads of hosted files too. */
  readonly requests: readonly RecordedRequest[];
  /** How many `generateContent` requests were accepted, whatever the answer was. */
  readonly calls: number;
  /** `generateContent` requests without a complete answer at this moment. */
  readonly inFlight: number;
  /** The most that `inFlight` has been. */
  readonly maxInFlight: number;
  /** Queues answers for the next accepted calls. Where the queue is empty, a new picture is the answer. */
  script: (...answers: Answer[]) => void;
  /** The answer where nothing else is scripted. */
  always: (answer: Answer) => void;
  /** Answers for calls whose prompt matches, in turn, the last for good; they leave the queue alone. The newest rule wins. */
  whenPrompt: (pattern: RegExp, ...answers: [Answer, ...Answer[]]) => void;
  /** Answers GET requests to a path. @returns the full URL */
  serve: (path: string, answer: Answer) => string;
  /** Resolves with the accepted call of this number, counted from 1, as soon as it has arrived. */
  called: (number: number) => Promise<RecordedRequest>;
  /** Cuts every open connection. */
  close: () => Promise<void>;
}

/** Starts a server on a free port. */
export async function startGemini(options: GeminiOptions = {}): Promise<Gemini> {
  const { flavour = 'google', key = `sk-loop+${randomBytes(12).toString('hex')}/=` } = options;
  const requests: RecordedRequest[] = [];
  const accepted: RecordedRequest[] = [];
  const waiting: { number: number; resolve: (request: RecordedRequest) => void }[] = [];
  const hosted = new Map<string, Answer>();
  const script = new Script();
  let inFlight = 0;
  let maxInFlight = 0;

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      response.destroy();
      // Unhandled on purpose: a broken answer must fail the test that scripted it.
      throw error;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply | undefined;
    const finished = new Promise<Outcome>((resolve) => {
      response.on('close', () => resolve(outcomeOf(response, reply)));
    });
    const request = recordRequest(incoming, finished);
    requests.push(request);
    const leave = request.model === undefined ? () => {} : enter();
    response.on('close', leave);
    const raw = await readBody(incoming);
    if (!raw) return;
    request.raw = raw;
    reply = await replyTo(request);
    // Before the last byte leaves: the client's next request may arrive before this response's own events.
    if (reply !== 'hang') leave();
    sendReply(response, reply);
  }

  function enter(): () => void {
    inFlight++;
    maxInFlight = Math.max(maxInFlight, inFlight);
    let inside = true;
    return () => {
      if (inside) inFlight--;
      inside = false;
    };
  }

  async function replyTo(request: RecordedRequest): Promise<Reply> {
    const call: Call = { request, flavour, serve };
    const hostedAnswer = request.method === 'GET' ? hosted.get(request.path) : undefined;
    if (hostedAnswer) return hostedAnswer(call);
    try {
      request.ask = acceptRequest(request, flavour, key);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      request.refusal = error.message;
      return errorReply(error.status, flavour, { ...error.options, message: error.message });
    }
    request.prompt = request.ask.prompt;
    request.references = request.ask.references;
    const answer = script.next(request.prompt);
    accepted.push(request);
    for (const { number, resolve } of waiting) if (number === accepted.length) resolve(request);
    return answer(call);
  }

  function serve(path: string, answer: Answer): string {
    hosted.set(path, answer);
    return `${url}${path}`;
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url,
    key,
    requests,
    get calls() {
      return accepted.length;
    },
    get inFlight() {
      return inFlight;
    },
    get maxInFlight() {
      return maxInFlight;
    },
    script: (...answers) => script.queue(answers),
    always: (answer) => script.always(answer),
    whenPrompt: (pattern, ...answers) => script.whenPrompt(pattern, answers),
    serve,
    called: (number) =>
      new Promise((resolve) => {
        const past = accepted[number - 1];
        if (past) resolve(past);
        else waiting.push({ number, resolve });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
