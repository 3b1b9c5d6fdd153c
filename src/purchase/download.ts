import { type Provider, ProviderError } from '../providers/provider.js';
import { attempt, within } from './attempt.js';

/**
 * Fetches a picture that is paid for, as often as it takes: it costs nothing.
 *
 * @param options milliseconds for one attempt, and further attempts
 * @throws `PROVIDER_*`
 */
export async function download(
  { name, download: fetch }: Provider,
  url: string,
  { timeout, retries }: { timeout: number; retries: number },
): Promise<Buffer> {
  if (!fetch) {
    throw new ProviderError('PROVIDER_BAD_RESPONSE', `${name} gave an address and has no download()`, {
      next: 'Its generate() must give { bytes }, or the provider needs a download(url).',
    });
  }
  const { signal } = new AbortController();
  const bytes = await attempt(() => within(timeout, (deadline) => fetch(url, { signal: deadline })), {
    retries,
    signal,
    mayBillTwice: () => true,
    onRetry: () => {},
  });
  return Buffer.from(bytes);
}
