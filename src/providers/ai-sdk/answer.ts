import { base64 } from '../base64.js';
import { type GeneratedPicture, ProviderError } from '../provider.js';
import type { ImageModelResult } from './model.js';

/**
 * Takes the picture out of a model's answer. What is beside it may be missing: it is paid for all the same.
 *
 * @throws `PROVIDER_NO_IMAGE`, `PROVIDER_BAD_RESPONSE`
 */
export function readResult({ images, response, usage }: ImageModelResult): GeneratedPicture {
  const image = images?.find(({ length }) => length > 0);
  if (image === undefined) {
    throw new ProviderError('PROVIDER_NO_IMAGE', 'the model answered without a picture', {
      next: 'Say in the prompt what the picture shows.',
    });
  }
  // Some models pass a data URL on as it came.
  const bytes = typeof image === 'string' ? base64(image.replace(/^data:[^,]*;base64,/, '')) : image;
  if (!bytes) throw new ProviderError('PROVIDER_BAD_RESPONSE', 'the model answered with a text that is not base64');
  const responseId = response?.headers?.['x-request-id'];
  return {
    bytes,
    ...(response?.modelId ? { model: response.modelId } : {}),
    ...(responseId ? { responseId } : {}),
    ...(usage ? { usage: { ...usage } } : {}),
  };
}
