import { type Provider, ProviderError } from '../providers/provider.js';
import { redactFailure } from './answer.js';
import { attempt, within } from './attempt.js';

export interface DownloadOptions {
  provider: Provider;
  /** Milliseconds for one attempt. */
  timeout: number;
  /** Further attempts. */
  retries: number;
  /** Takes keys out of texts. */
  redact: (text: string) => string;
}

/**
 * Fetches a picture that is paid for, as often as it takes: it costs nothing.
 *
 * @throws `PROVIDER_*`, in which the address stands nowhere: it may be signed
 */
export async function download(url: string, { provider, timeout, retries, redact }: DownloadOptions): Promise<Buffer> {
  if (!provider.download) {
    throw new ProviderError('PROVIDER_BAD_RESPONSE', `${provider.name} gave an address and has no download()`, {
      next: 'Its generate() must give { bytes }, or the provider needs a download(url).',
    });
  }
  const withoutUrl = (text: string) => redact(text.replaceAll(url, '[address]'));
  const fetchOnce = async (signal: AbortSignal) => {
    try {
      return await provider.download?.(url, { signal });
    } catch (error) {
      throw redactFailure(error, withoutUrl);
    }
  };
  const { signal } = new AbortController();
  const bytes = await attempt(() => within(timeout, fetchOnce), {
    retries,
    signal,
    mayBillTwice: () => true,
    onRetry: () => {},
  });
  return Buffer.from(bytes ?? []);
}
