import { type buildConnector, fetch, type RequestInit, type Response } from 'undici';
import { explainCut } from '../cut.js';
import { ProviderError } from '../provider.js';
import { openConnection } from './connection.js';

/** Far above any 4K picture in base64; what is larger is no answer and no picture. */
export const MAX_BYTES = 100 * 1024 * 1024;

export interface SendOptions {
  /** What else to look at where the host cannot be reached or trusted. */
  advice?: string;
  /** Opens the connection where no proxy does. */
  connect?: buildConnector.connector;
}

/**
 * Makes one HTTP request, follows no redirect, and closes the connection when the answer was used.
 *
 * @throws {@link ProviderError} `PROVIDER_UNAVAILABLE` where no answer begins; what `use` throws
 */
export async function send<T>(
  url: URL,
  init: RequestInit,
  use: (response: Response) => Promise<T>,
  { advice = '', connect }: SendOptions = {},
): Promise<T> {
  const dispatcher = openConnection(url, connect);
  try {
    // With undici's own fetch: the global one is another version, which must not be given this one's connections.
    const response = await fetch(url, { ...init, redirect: 'manual', dispatcher }).catch((error: unknown) => {
      // The failure itself is not passed on as a cause: it can hold the URL, and so the key.
      const cause = causeOf(error);
      // What opened the connection has said why it did not.
      throw cause instanceof ProviderError ? cause : explainCut(url.host, codeOfCut(error), advice);
    });
    return await use(response);
  } finally {
    await dispatcher.destroy();
  }
}

/**
 * Reads a body to its end.
 *
 * @returns `undefined` where it is larger than {@link MAX_BYTES}, counted as they come out of any compression
 */
export async function readBytes({ body }: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

/** A system's or TLS's code for what ended a connection. */
export function codeOfCut(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'connection failed';
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
