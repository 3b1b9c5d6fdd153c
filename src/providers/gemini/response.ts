import { type GeneratedPicture, type HostedPicture, ProviderError } from '../provider.js';
import { type Answer, answerFields, answerSchema } from './answer.js';
import { findPicture } from './picture.js';

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
 * Takes the picture, or its address, out of a successful answer.
 *
 * @throws `PROVIDER_REFUSED`, `PROVIDER_NO_IMAGE` in the model's words; `PROVIDER_BAD_RESPONSE`
 */
export function parseResponse(body: unknown): GeneratedPicture | HostedPicture {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw notGemini();
  const answer = parsed.data;
  const parts = answer.candidates?.[0]?.content?.parts ?? [];
  const picture = findPicture(parts, answer.data, refusalIn(answer) !== undefined);
  const words = parts
    .filter(({ thought }) => !thought)
    .map(({ text }) => text ?? '')
    .join('')
    .trim();
  if (!picture) throw explainAbsence(answer, words);
  const caption = withoutLinks(words);
  return {
    ...picture,
    ...(caption === '' ? {} : { caption }),
    ...(answer.modelVersion ? { model: answer.modelVersion } : {}),
    ...(answer.responseId ? { responseId: answer.responseId } : {}),
    ...(answer.usageMetadata ? { usage: answer.usageMetadata } : {}),
  };
}

/** A caption is kept with the picture, in the repository: no address belongs there, least of all a signed one. */
function withoutLinks(words: string): string {
  return words.replace(/!?\[[^[\]]*\]\([^()]*\)|data:image\S+|https?:\/\/\S+/gi, '').trim();
}

function refusalIn({ candidates, promptFeedback }: Answer): string | undefined {
  const finishReason = candidates?.[0]?.finishReason;
  return promptFeedback?.blockReason || (finishReason && refusals.has(finishReason) ? finishReason : undefined);
}

function explainAbsence(answer: Answer, words: string): ProviderError {
  const { finishReason, finishMessage } = answer.candidates?.[0] ?? {};
  if (answer.error || !answerFields.some((field) => field in answer)) return notGemini(answer.error?.message);
  const said = finishMessage || answer.promptFeedback?.blockReasonMessage || words;
  const quoted = said ? `: “${said}”` : '';
  const refusal = refusalIn(answer);
  if (refusal) {
    return new ProviderError('PROVIDER_REFUSED', `the model refused (${refusal})${quoted}`, {
      next: 'Change the prompt; asking again gives the same answer.',
    });
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
