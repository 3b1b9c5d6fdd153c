import { type KeyedProvider, ProviderError } from '../provider.js';
import { cleanKey } from '../redact.js';
import type { GeminiService } from './service.js';

/** A provider for any service that speaks the native Gemini API. The key stays in this closure. */
export function createGemini(service: GeminiService, apiKey?: string): KeyedProvider {
  const base = parseBase(service.baseUrl);
  const isDefaultEndpoint = base === parseBase(service.defaultUrl);
  const key = apiKey === undefined ? undefined : cleanKey(apiKey);
  return {
    name: service.name,
    keyNames: service.keyNames,
    hasKey: Boolean(key),
    isDefaultEndpoint,
    usesKey: (candidate) => Boolean(key) && cleanKey(candidate) === key,
    withKey: (given) => (key ? createGemini(service, key) : createGemini(service, given)),
    generate: async (request, context) => {
      const given = requireKey(service, key);
      // What reads answers is loaded with the first call; most builds make none.
      const { call } = await import('./call.js');
      return call(service, base, given, request, context);
    },
    download: async (url, { signal }) => {
      const { download } = await import('./download.js');
      return download(url, isDefaultEndpoint ? undefined : base, signal);
    },
  };
}

function parseBase(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !/[?#]/.test(url.href);
  if (!plain) {
    // What stands around these characters can be a secret.
    const shown = /[?#@]/.test(baseUrl) ? 'baseUrl' : `baseUrl ${JSON.stringify(baseUrl)}`;
    throw new ProviderError('CONFIG_INVALID', `${shown} is not the plain address of a service`, {
      next: 'For example https://www.anyfast.ai, without a query or a password.',
    });
  }
  return url.href.replace(/\/+$/, '');
}

function requireKey({ keyNames }: GeminiService, key: string | undefined): string {
  if (!key) {
    throw new ProviderError('PROVIDER_AUTH', `there is no ${keyNames[0]}`, {
      next: `Put ${keyNames[0]}=… into .env.local, which must not be committed.`,
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ProviderError('PROVIDER_AUTH', `${keyNames[0]} has characters that no key has`, {
      next: 'Paste it again.',
    });
  }
  return key;
}
