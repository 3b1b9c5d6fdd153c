import { z } from 'zod';
import { type GeneratedPicture, ProviderError } from '../provider.js';

/*
 * Tolerant on purpose: gateways reshape answers, and a picture that was paid for must not be lost to a field that we did
 * not expect. Only what is read is described.
 */
const inlineSchema = z.looseObject({ data: z.string().optional(), url: z.string().optional() });
const fileSchema = z.looseObject({ fileUri: z.string().optional(), file_uri: z.string().optional() });
const partSchema = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  inlineData: inlineSchema.optional(),
  inline_data: inlineSchema.optional(),
  fileData: fileSchema.optional(),
  file_data: fileSchema.optional(),
});
const responseSchema = z.looseObject({
  candidates: z
    .array(
      z.looseObject({
        content: z.looseObject({ parts: z.array(partSchema).nullish() }).nullish(),
        finishReason: z.string().nullish(),
        finishMessage: z.string().nullish(),
      }),
    )
    .nullish(),
  promptFeedback: z
    .looseObject({ blockReason: z.string().nullish(), blockReasonMessage: z.string().nullish() })
    .nullish(),
  usageMetadata: z.record(z.string(), z.unknown()).nullish(),
  modelVersion: z.string().nullish(),
  responseId: z.string().nullish(),
  data: z.array(z.looseObject({ b64_json: z.string().optional(), url: z.string().optional() })).nullish(),
});

type Response = z.infer<typeof responseSchema>;
type Part = z.infer<typeof partSchema>;

/** Finish reasons by which the model declines for good; asking again gives the same. Others mean that it made no picture. */
const refusals = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'LANGUAGE',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/**
 * Takes the picture out of a successful answer.
 *
 * @throws `PROVIDER_REFUSED`, `PROVIDER_NO_IMAGE` in the model's words; `PROVIDER_BAD_RESPONSE`
 */
export function parseResponse(body: unknown): GeneratedPicture {
  const parsed = responseSchema.safeParse(body);
  if (!parsed.success) {
    throw new ProviderError(
      'PROVIDER_BAD_RESPONSE',
      'the service answered with something that is not a Gemini response',
    );
  }
  const response = parsed.data;
  const parts = response.candidates?.[0]?.content?.parts ?? [];
  const spoken = parts.filter(({ thought }) => !thought);
  const thoughts = parts.filter(({ thought }) => thought);
  const bytes =
    firstOf(spoken, inlinePicture) ??
    firstOf(spoken, ({ text }) => dataUrl(text)) ??
    firstOf(response.data ?? [], ({ b64_json, url }) => base64(b64_json) ?? dataUrl(url)) ??
    firstOf(thoughts.reverse(), inlinePicture);
  const words = spoken
    .map(({ text }) => text ?? '')
    .join('')
    .trim();
  if (!bytes) throw explainAbsence(response, parts, words);
  const caption = words.replace(/!?\[[^\]]*\]\([^)]*\)|data:image\S+/g, '').trim();
  return {
    bytes,
    ...(caption === '' ? {} : { caption }),
    ...(response.modelVersion ? { model: response.modelVersion } : {}),
    ...(response.responseId ? { responseId: response.responseId } : {}),
    ...(response.usageMetadata ? { usage: response.usageMetadata } : {}),
  };
}

function firstOf<T>(items: readonly T[], find: (item: T) => Uint8Array | undefined): Uint8Array | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

function inlinePicture({ inlineData, inline_data }: Part): Uint8Array | undefined {
  const { data, url } = inlineData ?? inline_data ?? {};
  return dataUrl(data) ?? base64(data) ?? dataUrl(url);
}

function base64(text: string | undefined): Uint8Array | undefined {
  return text && /^[\w+/=\s-]{8,}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function dataUrl(text: string | undefined): Uint8Array | undefined {
  return base64(/data:image\/[\w.+-]+;base64,([\w+/=-]+)/.exec(text ?? '')?.[1]);
}

function explainAbsence(response: Response, parts: readonly Part[], words: string): ProviderError {
  const { finishReason, finishMessage } = response.candidates?.[0] ?? {};
  const { blockReason, blockReasonMessage } = response.promptFeedback ?? {};
  if (linksToPicture(response, parts, words)) {
    return new ProviderError(
      'PROVIDER_BAD_RESPONSE',
      'the service answered with a link to the picture instead of the picture',
      {
        next: 'Links are not fetched in this version. On Anyfast, choose a token group that answers with the picture itself.',
      },
    );
  }
  const said = finishMessage || blockReasonMessage || words;
  const quoted = said ? `: “${said}”` : '';
  if (blockReason || (finishReason && refusals.has(finishReason))) {
    return new ProviderError('PROVIDER_REFUSED', `the model refused (${blockReason || finishReason})${quoted}`, {
      next: 'Change the prompt; asking again gives the same answer.',
    });
  }
  const reason = finishReason && finishReason !== 'STOP' ? ` (${finishReason})` : '';
  return new ProviderError('PROVIDER_NO_IMAGE', `the model answered without a picture${reason}${quoted}`, {
    next: 'Say in the prompt what the picture shows.',
  });
}

function linksToPicture({ data }: Response, parts: readonly Part[], words: string): boolean {
  const links = parts.flatMap(({ inlineData, inline_data, fileData, file_data }) => [
    inlineData?.url ?? inlineData?.data,
    inline_data?.url ?? inline_data?.data,
    fileData?.fileUri ?? fileData?.file_uri,
    file_data?.fileUri ?? file_data?.file_uri,
  ]);
  if ([...links, ...(data ?? []).map(({ url }) => url)].some((link) => /^https?:/.test(link ?? ''))) return true;
  return /!\[[^\]]*\]\(https?:|^https?:\S+$|https?:\S+\.(png|jpe?g|webp|avif)\b/i.test(words);
}
