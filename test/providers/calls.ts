import sharp from 'sharp';
import { expect } from 'vitest';
import { anyfast, type GeminiOptions } from '../../src/providers/anyfast.js';
import { google } from '../../src/providers/google.js';
import {
  type GenerateContext,
  type GeneratedPicture,
  type HostedPicture,
  type ImageRequest,
  isKeyed,
  type KeyedProvider,
  type Provider,
  ProviderError,
} from '../../src/providers/provider.js';
import type { Answer, Flavour, Gemini } from '../loopback/gemini.js';
import { startGemini } from '../loopback/gemini.js';

export const LITE = 'gemini-3.1-flash-lite-image';
/** Small enough that making it costs nothing. */
export const SMALL = { width: 64, height: 48 };

export const flavours = ['google', 'anyfast'] as const;
export const keyNames = { google: 'GEMINI_API_KEY', anyfast: 'ANYFAST_API_KEY' } as const;
export const createProvider = {
  google: (options?: GeminiOptions) => keyed(google(options)),
  anyfast: (options?: GeminiOptions) => keyed(anyfast(options)),
} as const;

function keyed(provider: Provider): KeyedProvider {
  if (!isKeyed(provider)) throw new TypeError(`${provider.name} takes no key`);
  return provider;
}

export function imageRequest(fields: Partial<ImageRequest> = {}): ImageRequest {
  return { prompt: 'A quiet harbour', model: LITE, imageSize: '1K', references: [], take: 1, ...fields };
}

export function context(signal: AbortSignal = new AbortController().signal): GenerateContext {
  return { signal, raster: async (svg) => sharp(Buffer.from(svg)).png({ compressionLevel: 1 }).toBuffer() };
}

/** What came, which must be the picture itself. */
export function carried(answer: GeneratedPicture | HostedPicture): GeneratedPicture {
  if ('url' in answer) return expect.fail('the answer gives an address instead of the picture');
  return answer;
}

/** What came, which must be the address of the picture. */
export function hosted(answer: GeneratedPicture | HostedPicture): HostedPicture {
  if ('bytes' in answer) return expect.fail('the answer carries the picture itself');
  return answer;
}

/** A provider and the loopback server that it calls. */
export async function startProvider(
  flavour: Flavour = 'google',
  key?: string,
): Promise<{ gemini: Gemini; provider: KeyedProvider; [Symbol.asyncDispose]: () => Promise<void> }> {
  const gemini = await startGemini({ flavour, ...(key === undefined ? {} : { key }) });
  const provider = createProvider[flavour]({ apiKey: gemini.key, baseUrl: gemini.url });
  return { gemini, provider, [Symbol.asyncDispose]: gemini.close };
}

/** What a call fails with; anything but a provider's error fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => expect.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  return error as ProviderError;
}

/** Asks once and expects this answer to be a failure. */
export async function failureAfter(
  answer: Answer,
  flavour: Flavour = 'google',
  fields: Partial<ImageRequest> = {},
): Promise<ProviderError> {
  await using started = await startProvider(flavour);
  started.gemini.script(answer);
  const error = await failureOf(started.provider.generate(imageRequest(fields), context()));
  expect(started.gemini.requests).toHaveLength(1);
  return error;
}
