import { ProviderError, type Retry } from './provider.js';

/** Failures before anything was sent: nobody was billed. */
const unsent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** No certificate that can be trusted, or no TLS at all: nothing was sent either, and the next time is the same. */
const unsafe = /CERT|_SIGNATURE$|^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNSUPPORTED_PROTOCOL)$/;

/**
 * Tells whether a call without an answer can have been billed.
 *
 * @param service what was called, for people
 * @param code of the system, of OpenSSL or of undici
 * @param advice what else to look at where it cannot be reached or trusted
 */
export function explainCut(service: string, code: string, advice: string): ProviderError {
  const failure = (what: string, retry: Retry, next?: string) =>
    new ProviderError('PROVIDER_UNAVAILABLE', `${service} ${what} (${code})`, { retry, next });
  if (unsent.has(code)) return failure('cannot be reached', 'safely', `Check the network. ${advice}`.trim());
  if (!unsafe.test(code)) return failure('cut the connection', 'once');
  const certificates = 'A company’s own certificates are named by NODE_EXTRA_CA_CERTS.';
  return failure('cannot be trusted', 'never', `${advice} ${certificates}`.trim());
}
