import { createGemini } from './gemini/client.js';
import type { Provider } from './provider.js';

export interface GeminiOptions {
  /** The key itself; better left in the environment or in `.env.local`. */
  apiKey?: string;
  /** Another address of the same API. */
  baseUrl?: string;
}

const SERVICE = 'https://www.anyfast.ai';

/**
 * Gemini image models through the Anyfast gateway. Key: `ANYFAST_API_KEY`.
 *
 * @see https://www.anyfast.ai
 */
export function anyfast({ apiKey, baseUrl = SERVICE }: GeminiOptions = {}): Provider {
  return createGemini(
    {
      name: 'anyfast',
      defaultUrl: SERVICE,
      baseUrl,
      keyNames: ['ANYFAST_API_KEY'],
      // The gateway takes the key nowhere else, which makes every URL a secret.
      authenticate: (url, _, key) => url.searchParams.set('key', key),
    },
    apiKey,
  );
}
