import type { GeminiOptions } from './anyfast.js';
import { createGemini } from './gemini/client.js';
import type { Provider } from './provider.js';

const SERVICE = 'https://generativelanguage.googleapis.com';

/**
 * Gemini image models from Google itself. Key: `GEMINI_API_KEY` or `GOOGLE_API_KEY`.
 *
 * @see https://ai.google.dev/gemini-api/docs/image-generation
 */
export function google({ apiKey, baseUrl = SERVICE }: GeminiOptions = {}): Provider {
  return createGemini(
    {
      name: 'google',
      defaultUrl: SERVICE,
      baseUrl,
      keyNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
      authenticate: (_, headers, key) => headers.set('x-goog-api-key', key),
    },
    apiKey,
  );
}
