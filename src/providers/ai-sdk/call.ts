import type { GenerateContext, GeneratedPicture, ImageRequest } from '../provider.js';
import { readResult } from './answer.js';
import { explainFailure } from './errors.js';
import type { ImageModel, ImageModelWarning } from './model.js';
import { renderCall } from './request.js';
import { redact } from './words.js';

/**
 * What is not worth a word: a ratio that the model chose itself is measured in the picture, and a seed only makes takes
 * repeatable.
 */
const expected = ['aspectRatio', 'seed'];

/**
 * Makes one call. The SDK repeats calls in its `generateImage`, which is not used here: when to ask again is not its decision.
 *
 * @throws `PROVIDER_*`, without the address that was called and without what looks like a key
 */
export async function call(
  model: ImageModel,
  request: ImageRequest,
  { signal }: GenerateContext,
): Promise<GeneratedPicture> {
  signal.throwIfAborted();
  const options = await renderCall(model, request, signal);
  try {
    const result = await model.doGenerate(options);
    for (const warning of result.warnings ?? []) warn(model, warning);
    return readResult(result);
  } catch (error) {
    throw signal.aborted ? signal.reason : explainFailure(error, model);
  }
}

/** The picture is paid for, so it is kept; what the model left out, a reference above all, must still be heard of. */
function warn({ provider, modelId }: ImageModel, { setting, feature, details, message }: ImageModelWarning): void {
  const field = setting ?? feature;
  if (field !== undefined && expected.includes(field)) return;
  const words = [field, details ?? message].filter((part) => part !== undefined).join(': ');
  process.emitWarning(redact(`${provider} ${modelId} did not take everything: ${words}`), 'PromptImageWarning');
}
