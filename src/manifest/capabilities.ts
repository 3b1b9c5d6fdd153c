import { closestMatch } from 'leven';
import { type Place, PromptImageError } from '../failure.js';
import { capabilitiesOf, isKnownModel, modelNames } from './models.js';

/** What a model may refuse. */
interface Wishes {
  model: string;
  aspectRatio: string | undefined;
  imageSize: string;
  thinking: string | undefined;
  references: readonly unknown[];
}

/**
 * Checks an image against what its model takes, as far as we know the model.
 *
 * @param placeOf where a field's value comes from
 * @throws `MANIFEST_INVALID`
 */
export function checkCapabilities(image: Wishes, placeOf: (field: string) => Place): void {
  const model = capabilitiesOf(image.model);
  if (!model) return;
  const fail = (field: string, what: string, next: string) =>
    new PromptImageError('MANIFEST_INVALID', what, { place: placeOf(field), next });
  const choices = { aspectRatio: model.aspectRatios, imageSize: model.imageSizes, thinking: model.thinking };
  for (const [field, allowed] of Object.entries(choices)) {
    const value = image[field as keyof typeof choices];
    if (value === undefined || allowed.includes(value)) continue;
    const what = `"${field}" ${JSON.stringify(value)} is not one that ${image.model} takes`;
    // Of sizes and levels each is close to every other.
    const match = field === 'aspectRatio' ? closestMatch(value, [...allowed], { maxDistance: 1 }) : undefined;
    const question = match === undefined ? '' : `Did you mean "${match}"? `;
    throw fail(field, what, `${question}It takes ${allowed.join(', ')}.`);
  }
  const { length } = image.references;
  if (length > model.maxReferences) {
    throw fail(
      'references',
      `${length} references are more than ${image.model} takes`,
      `It takes ${model.maxReferences}.`,
    );
  }
}

/** What a person should know about a model; the same words for every image that asks for it. */
export function warningsOf(model: string): string[] {
  if (isKnownModel(model)) return [];
  const match = closestMatch(model, [...modelNames], { maxDistance: 4 });
  const question = match === undefined ? '' : ` Did you mean "${match}"?`;
  return [`The model "${model}" is not known here, so what it takes is not checked before it is called.${question}`];
}
