import type { ImageRequest } from '../provider.js';

/**
 * The body of a `generateContent` call. Only fields that the Gemini API takes on both roads, Google's own and gateways.
 * Both TEXT and IMAGE are asked for: the text is a caption, or the reason why there is no picture.
 *
 * @see https://ai.google.dev/api/generate-content
 */
export function renderRequest({ prompt, aspectRatio, imageSize, thinking, references }: ImageRequest): object {
  return {
    contents: [
      {
        role: 'user',
        parts: [
          { text: prompt },
          ...references.map(({ bytes, mimeType }) => ({
            inline_data: { mime_type: mimeType, data: Buffer.from(bytes).toString('base64') },
          })),
        ],
      },
    ],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: { ...(aspectRatio === undefined ? {} : { aspectRatio }), imageSize },
      ...(thinking === undefined ? {} : { thinkingConfig: { thinkingLevel: thinking } }),
    },
  };
}
