import * as z from 'zod';
import { base64 } from '../base64.js';
import { type GeneratedPicture, ProviderError } from '../provider.js';

/*
 * Tolerant on purpose: gateways reshape answers, and a picture that was paid for must not be lost to a field that we did
 * not expect. Only what is read is described, and what has another type, or is null, counts as absent.
 */
const text = z.string().optional().catch(undefined);
const inlineSchema = z.looseObject({ data: text, url: text }).optional().catch(undefined);
const fileSchema = z.looseObject({ fileUri: text, file_uri: text }).optional().catch(undefined);
const partSchema = z
  .looseObject({
    text,
    thought: z.boolean().optional().catch(undefined),
    inlineData: inlineSchema,
    inline_data: inlineSchema,
    fileData: fileSchema,
    file_data: fileSchema,
  })
  .catch({});
const responseSchema = z.looseObject({
  candidates: z
    .array(
      z
        .looseObject({
          content: z
            .looseObject({ parts: z.array(partSchema).optional().catch(undefined) })
            .optional()
            .catch(undefined),
          finishReason: text,
          finishMessage: text,
        })
        .catch({}),
    )
    .optional()
    .catch(undefined),
  promptFeedback: z.looseObject({ blockReason: text, blockReasonMessage: text }).optional().catch(undefined),
  usageMetadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  modelVersion: text,
  responseId: text,
  data: z
    .array(z.looseObject({ b64_json: text, url: text }).catch({}))
    .optional()
    .catch(undefined),
  error: z.looseObject({ message: text }).optional().catch(undefined),
});
/** An answer has one of them, even where there is nothing in it. */
const answerFields = ['candidates', 'promptFeedback', 'usageMetadata', 'data'];

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
  if (!parsed.success) throw notGemini();
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
  const caption = words.replace(/!?\[[^[\]]*\]\([^()]*\)|data:image\S+/g, '').trim();
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
  return firstOf([inlineData, inline_data], (inline) => {
    const { data, url } = inline ?? {};
    return dataUrl(data) ?? base64(data) ?? dataUrl(url);
  });
}

function dataUrl(text: string | undefined): Uint8Array | undefined {
  return base64(/data:image\/[\w.+-]+;base64,([\w+/=-]+)/.exec(text ?? '')?.[1]);
}

function explainAbsence(response: Response, parts: readonly Part[], words: string): ProviderError {
  const { finishReason, finishMessage } = response.candidates?.[0] ?? {};
  const { blockReason, blockReasonMessage } = response.promptFeedback ?? {};
  if (response.error || !answerFields.some((field) => field in response)) return notGemini(response.error?.message);
  const said = finishMessage || blockReasonMessage || words;
  const quoted = said ? `: “${said}”` : '';
  if (blockReason || (finishReason && refusals.has(finishReason))) {
    return new ProviderError('PROVIDER_REFUSED', `the model refused (${blockReason || finishReason})${quoted}`, {
      next: 'Change the prompt; asking again gives the same answer.',
    });
  }
  if (linksToPicture(response, parts)) {
    return new ProviderError(
      'PROVIDER_BAD_RESPONSE',
      'the service answered with a link to the picture instead of the picture',
      {
        next: 'Links are not fetched in this version. On Anyfast, choose a token group that answers with the picture itself.',
      },
    );
  }
  const reason = finishReason && finishReason !== 'STOP' ? ` (${finishReason})` : '';
  return new ProviderError('PROVIDER_NO_IMAGE', `the model answered without a picture${reason}${quoted}`, {
    next: 'Say in the prompt what the picture shows.',
  });
}

function notGemini(words?: string): ProviderError {
  const quoted = words ? `: “${words}”` : '';
  const what = `the service answered with something that is not a Gemini response${quoted}`;
  return new ProviderError('PROVIDER_BAD_RESPONSE', what);
}

function linksToPicture({ data }: Response, parts: readonly Part[]): boolean {
  const links = parts.flatMap(({ inlineData, inline_data, fileData, file_data }) => [
    inlineData?.url ?? inlineData?.data,
    inline_data?.url ?? inline_data?.data,
    fileData?.fileUri ?? fileData?.file_uri,
    file_data?.fileUri ?? file_data?.file_uri,
  ]);
  if ([...links, ...(data ?? []).map(({ url }) => url)].some((link) => /^\s*https?:/i.test(link ?? ''))) return true;
  return parts.some(({ text, thought }) => !thought && pictureLinks.some((link) => link.test(text ?? '')));
}

/** A markdown image; an address and nothing else; a picture's address on a line of its own. Words that mention one are words. */
const pictureLinks = [
  /!\[[^[\]]*\]\(https?:/i,
  /^\s*https?:\/\/\S+\s*$/i,
  /^[ \t]*https?:\/\/[^\s?#]+\.(?:png|jpe?g|webp|avif)(?:[?#]\S*)?[ \t]*$/im,
];
