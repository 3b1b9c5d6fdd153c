import { sha256 } from '../../request.js';
import { type ImageRequest, ProviderError } from '../provider.js';
import type { ImageModel, ImageModelCall } from './model.js';

/**
 * A request in the names of the SDK.
 *
 * @throws `PROVIDER_BAD_REQUEST` where the model has no field for something, before anything is sent
 */
export async function renderCall(
  model: ImageModel,
  { prompt, aspectRatio, imageSize, thinking, references, take }: ImageRequest,
  signal: AbortSignal,
): Promise<ImageModelCall> {
  if (imageSize !== '1K') throw unsupported(model, `imageSize ${imageSize}`, 'Remove imageSize');
  if (thinking !== undefined) throw unsupported(model, 'thinking', 'Remove thinking');
  if (references.length > 0 && !(await takesFiles(model))) {
    const next = 'Remove the references, or choose a model that edits pictures, in its package for AI SDK 6 or 7.';
    throw new ProviderError('PROVIDER_BAD_REQUEST', `${model.provider} ${model.modelId} takes no references`, { next });
  }
  const files = references.map(({ bytes, mimeType }) => ({ type: 'file' as const, mediaType: mimeType, data: bytes }));
  return {
    prompt,
    n: 1,
    size: undefined,
    aspectRatio: aspectRatio as ImageModelCall['aspectRatio'],
    seed: seedOf(take),
    // A list without pictures would be an edit of nothing.
    files: files.length > 0 ? files : undefined,
    mask: undefined,
    providerOptions: {},
    abortSignal: signal,
  };
}

/** Where a model does not say, it is asked: it answers with an error or with a warning. */
async function takesFiles({ specificationVersion, supportsFileInputs }: ImageModel): Promise<boolean> {
  return specificationVersion !== 'v2' && (await supportsFileInputs) !== false;
}

/** A number as it is; of a name, the first 31 bits of its SHA-256, which every service's signed integers hold. */
function seedOf(take: number | string): number {
  return typeof take === 'number' ? take : Number.parseInt(sha256(take).slice(0, 8), 16) >>> 1;
}

function unsupported({ provider }: ImageModel, what: string, next: string): ProviderError {
  return new ProviderError('PROVIDER_BAD_REQUEST', `the AI SDK has no field for ${what}, so ${provider} takes none`, {
    next: `${next} from the manifest or from defaults. What the model itself can be told is set on the model.`,
  });
}
