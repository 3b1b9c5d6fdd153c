import * as z from 'zod';

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

/** A `GenerateContentResponse`, with what gateways add to it. @see https://ai.google.dev/api/generate-content */
export const answerSchema = z.looseObject({
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

export type Answer = z.infer<typeof answerSchema>;
export type Part = z.infer<typeof partSchema>;

/** An answer has one of them, even where there is nothing in it. */
export const answerFields = ['candidates', 'promptFeedback', 'usageMetadata', 'data'];
