import type { IncomingHttpHeaders } from 'node:http';

/** Whose manners the server has: where it looks for the key, and how it words its errors. */
export type Flavour = 'google' | 'anyfast';

/** A reference picture as it was sent. */
export interface SentReference {
  /** As declared; the server has checked it against the bytes. */
  mimeType: string;
  bytes: Buffer;
}

/** What a valid `generateContent` body asks for. */
export interface ImageAsk {
  /** All text parts, joined by a newline. */
  prompt: string;
  references: SentReference[];
  aspectRatio?: string;
  imageSize?: string;
  thinkingLevel?: string;
  /** Whether TEXT is among the response modalities: only then the answer has a caption. */
  wantsText: boolean;
}

/** The picture that an answer carried, to compare with what was stored. */
export interface AnsweredPicture {
  bytes: Buffer;
  /** What the bytes are; the answer may have declared something else. */
  mimeType: string;
  width: number;
  height: number;
  /** Where it was hosted, when the answer gave a URL instead of bytes. */
  url?: string;
}

/** `answered`: everything was sent. `cut`: an answer broke the connection on purpose. `abandoned`: the client left first. */
export type Outcome = 'answered' | 'cut' | 'abandoned';

export interface RecordedRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Path and query, as sent. */
  url: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  /** The parsed JSON; `undefined` where there is none. */
  body: unknown;
  /** The model in the path; `undefined` where the path is another. */
  model: string | undefined;
  /** Empty where the body was refused. */
  prompt: string;
  references: SentReference[];
  /** `undefined` where the body was refused. */
  ask: ImageAsk | undefined;
  /** Why the server refused the request; `undefined` where it was accepted. */
  refusal: string | undefined;
  /** `undefined` until the answer is made, and where the answer has no picture. */
  picture: AnsweredPicture | undefined;
  /** Resolves when the exchange is over. */
  finished: Promise<Outcome>;
}

/** What an answer is made from. */
export interface Call {
  request: RecordedRequest;
  flavour: Flavour;
  /** Answers GET requests to `path` on the same server. @returns the full URL */
  serve: (path: string, answer: Answer) => string;
}

export interface HttpReply {
  status: number;
  headers?: Record<string, string>;
  /** In pieces, it goes out as they come, without a declared length. */
  body: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Breaks the connection after this many bytes of the body. */
  cutAfter?: number;
}

/** `reset`: the connection is reset without an answer. `hang`: nothing is ever sent. */
export type Reply = HttpReply | 'reset' | 'hang';

export type Answer = (call: Call) => Reply | Promise<Reply>;
