import { randomBytes } from 'node:crypto';
import type { Answer, Call, HttpReply } from './call.js';

/** Any JSON, as given. */
export function json(body: unknown, status = 200): Answer {
  return () => jsonReply(body, status);
}

/** The model answers in words alone, with finishReason STOP. */
export function textOnly(text = 'I can only describe that picture: a quiet harbour at dawn.'): Answer {
  return (call) => jsonReply(response(call, { content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }));
}

/** No picture, and why: `SAFETY`, `IMAGE_SAFETY`, `NO_IMAGE`, `MAX_TOKENS`, … or a reason that nobody knows yet. */
export function finishReason(reason: string, { message, text }: { message?: string; text?: string } = {}): Answer {
  return (call) =>
    jsonReply(
      response(call, {
        content: text === undefined ? {} : { role: 'model', parts: [{ text }] },
        finishReason: reason,
        ...(message === undefined ? {} : { finishMessage: message }),
      }),
    );
}

/** The prompt is blocked before anything is made: `SAFETY`, `PROHIBITED_CONTENT`, … */
export function blocked(reason: string, message?: string): Answer {
  return (call) =>
    jsonReply({
      promptFeedback: {
        blockReason: reason,
        ...(message === undefined ? {} : { blockReasonMessage: message }),
      },
      ...metadata(call, { promptTokenCount: 12, totalTokenCount: 12 }),
    });
}

export function emptyCandidates(): Answer {
  return (call) => jsonReply({ candidates: [], ...metadata(call, { promptTokenCount: 12, totalTokenCount: 12 }) });
}

export function nullCandidates(): Answer {
  return (call) => jsonReply({ candidates: null, ...metadata(call, { promptTokenCount: 12, totalTokenCount: 12 }) });
}

/** A GenerateContentResponse with one candidate. */
export function response(call: Call, candidate: Record<string, unknown>, imageTokens = 0): Record<string, unknown> {
  const promptTokenCount = 12 + call.request.references.length * 1120;
  const usage = {
    promptTokenCount,
    candidatesTokenCount: imageTokens,
    totalTokenCount: promptTokenCount + imageTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    ...(imageTokens > 0 ? { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: imageTokens }] } : {}),
  };
  return { candidates: [{ ...candidate, index: 0 }], ...metadata(call, usage) };
}

function metadata({ request }: Call, usageMetadata: Record<string, unknown>) {
  return { usageMetadata, modelVersion: request.model, responseId: randomBytes(15).toString('base64url') };
}

export function jsonReply(body: unknown, status = 200): HttpReply {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(body) };
}
