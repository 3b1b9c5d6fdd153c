export { createPromptImage, type PromptImageApi, type StatusEntry } from './api.js';
export { type Config, defineConfig, type InlineOptions, type PluginOptions } from './config/options.js';
export { type ErrorCode, type Place, PromptImageError } from './failure.js';
export type { OutputFormat } from './image/formats.js';
export type { CollectionImage } from './image/imported.js';
export type { PromptImage, PromptImageVariant } from './image/object.js';
export { aiSdk } from './providers/ai-sdk/ai-sdk.js';
export type { ImageModel } from './providers/ai-sdk/model.js';
export { anyfast, type GeminiOptions } from './providers/anyfast.js';
export { draft } from './providers/draft/draft.js';
export { google } from './providers/google.js';
export {
  defineProvider,
  type GenerateContext,
  type GeneratedPicture,
  type HostedPicture,
  type ImageRequest,
  type Provider,
  ProviderError,
} from './providers/provider.js';
