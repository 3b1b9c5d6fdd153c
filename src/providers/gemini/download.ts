import type { Response } from 'undici';
import type { ErrorCode } from '../../failure.js';
import { ProviderError, type Retry } from '../provider.js';
import { parseRetryAfter } from '../retry-after.js';
import { createGuard, type Guard } from './guard.js';
import { codeOfCut, MAX_BYTES, readBytes, send } from './send.js';

/** A storage service redirects to a mirror, and that to a region; more is a circle. */
const MAX_REDIRECTS = 5;

/**
 * Fetches a hosted picture, without the key and any other header of ours. It is paid for, and asking again costs nothing: what
 * may pass is retried `safely`. Messages name hosts and never the URL, which may be signed.
 *
 * @param link as the service gave it
 * @param gateway address of the service where it is not the public one, see {@link createGuard}
 * @param signal its end is that of the whole download, redirects and all
 * @throws {@link ProviderError}: `PROVIDER_BAD_RESPONSE` for a link that is refused or leads to no picture; `PROVIDER_UNAVAILABLE`,
 * `PROVIDER_TIMEOUT`, `PROVIDER_RATE_LIMITED`
 */
export async function download(link: string, gateway: string | undefined, signal: AbortSignal): Promise<Uint8Array> {
  try {
    signal.throwIfAborted();
    const guard = await createGuard(gateway);
    let url = parseLink(link);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const got = await ask(url, guard, signal);
      if (got instanceof Uint8Array) return got;
      url = got;
    }
    throw failure('PROVIDER_BAD_RESPONSE', `${url.host} redirects without end`, 'never');
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function parseLink(link: string, base?: URL): URL {
  if (URL.canParse(link, base)) return new URL(link, base);
  throw failure('PROVIDER_BAD_RESPONSE', 'the link to the picture is no address', 'never');
}

/** @returns the picture, or where the host says it is */
async function ask(url: URL, guard: Guard, signal: AbortSignal): Promise<Uint8Array | URL> {
  guard.check(url);
  const read = (response: Response) => readAnswer(response, url);
  return send(url, { signal }, read, { connect: guard.connect }).catch((error: unknown) => {
    if (!(error instanceof ProviderError) || error.retry !== 'once') throw error;
    const { code, what, next } = error;
    throw new ProviderError(code, what, { next, retry: 'safely' });
  });
}

async function readAnswer(response: Response, url: URL): Promise<Uint8Array | URL> {
  const { status, headers, ok } = response;
  const target = status >= 300 && status < 400 ? headers.get('location') : null;
  if (target !== null) return parseLink(target, url);
  if (!ok) throw explainStatus(url.host, status, headers.get('retry-after'));
  if (Number(headers.get('content-length')) > MAX_BYTES) throw tooLarge(url.host);
  const bytes = await readBytes(response).catch((error: unknown) => {
    const what = `${url.host} broke off in the middle of the picture (${codeOfCut(error)})`;
    throw failure('PROVIDER_UNAVAILABLE', what, 'safely');
  });
  if (!bytes) throw tooLarge(url.host);
  // No file of a picture starts like a page or JSON. Declared types lie, so the bytes decide.
  if (/^\s*[<{]|^\s*$/.test(bytes.toString('latin1', 0, 100))) {
    const what = `${url.host} gave ${bytes.length === 0 ? 'nothing' : 'a text'} in place of the picture`;
    throw failure('PROVIDER_UNAVAILABLE', what, 'safely');
  }
  return bytes;
}

function explainStatus(host: string, status: number, retryAfter: string | null): ProviderError {
  const wait = parseRetryAfter(retryAfter);
  const passing = (code: ErrorCode, what: string) => failure(code, `${host} ${what} (HTTP ${status})`, 'safely', wait);
  if (status === 429) return passing('PROVIDER_RATE_LIMITED', 'asks for fewer downloads');
  if (status === 408 || status === 504) return passing('PROVIDER_TIMEOUT', 'did not give the picture in time');
  if (status >= 500) return passing('PROVIDER_UNAVAILABLE', 'cannot give the picture now');
  const what = `${host} does not give the picture, or no longer (HTTP ${status})`;
  return failure('PROVIDER_BAD_RESPONSE', what, 'never');
}

function tooLarge(host: string): ProviderError {
  return failure('PROVIDER_BAD_RESPONSE', `what ${host} gives is larger than 100 MB`, 'never');
}

function failure(code: ErrorCode, what: string, retry: Retry, retryAfter?: number): ProviderError {
  return new ProviderError(code, what, { retry, retryAfter });
}
