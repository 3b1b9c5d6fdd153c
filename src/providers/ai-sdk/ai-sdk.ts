import { PromptImageError } from '../../failure.js';
import type { Provider } from '../provider.js';
import type { ImageModel } from './model.js';

/**
 * Pictures from any image model of Vercel's AI SDK 5, 6 or 7. The model brings its own key, so none is looked for.
 *
 * A take is sent as the seed, a name as the first 31 bits of its SHA-256; models without seeds leave it aside. A model that
 * takes no ratio answers in its own, which is reported like any ratio that is wrong. References need a model for AI SDK 6
 * or 7. `thinking`, and an `imageSize` other than `1K`, are errors: the SDK has no field for them. What the model itself can
 * be told, such as quality or a size in pixels, is set on the model, for example with the SDK's `wrapImageModel`.
 *
 * @example `aiSdk(openai.image('gpt-image-1'))`, with `defaults: { model: 'gpt-image-1' }`
 * @throws `CONFIG_INVALID` for anything else, such as a language model
 * @see https://ai-sdk.dev/docs/ai-sdk-core/image-generation
 */
export function aiSdk(model: ImageModel): Provider {
  requireImageModel(model);
  return {
    name: `ai-sdk:${model.provider}`,
    models: [model.modelId],
    generate: async (request, context) => {
      // What makes calls is loaded with the first one; most builds make none.
      const { call } = await import('./call.js');
      return call(model, request, context);
    },
  };
}

/** A config file is seldom type-checked. */
function requireImageModel(value: unknown): void {
  const model = (typeof value === 'object' && value !== null ? value : {}) as Partial<ImageModel>;
  if (typeof model.doGenerate !== 'function' || !('maxImagesPerCall' in model)) {
    throw new PromptImageError('CONFIG_INVALID', 'aiSdk() takes an image model of the AI SDK', {
      next: "For example aiSdk(openai.image('gpt-image-1')), with openai from '@ai-sdk/openai'.",
    });
  }
  const version = String(model.specificationVersion);
  if (!['v2', 'v3', 'v4'].includes(version)) {
    throw new PromptImageError('CONFIG_INVALID', `${model.modelId} is an image model of specification ${version}`, {
      next: 'aiSdk() takes v2, v3 and v4: install the model’s package for AI SDK 5, 6 or 7.',
    });
  }
}
