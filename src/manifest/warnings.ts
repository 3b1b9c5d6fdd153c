import { PromptImageError } from '../failure.js';
import { type Item, type Items, OVERRIDE, parseOverride } from './items.js';
import type { Layer, LayerInput } from './layer.js';
import { manifestSchema, overrideSchema } from './schema.js';
import { templateNames } from './template.js';

const manifestFields = new Set([...Object.keys(manifestSchema.shape), ...Object.keys(overrideSchema.shape)]);
manifestFields.delete('$schema');

/**
 * Fields of items that are called like fields of a manifest and that no template uses: whoever wrote them may have meant to
 * change the manifest. Worded once a field.
 */
export function collectionWarnings(file: string, items: Items, layers: readonly Layer[]): string[] {
  const used = new Set(layers.flatMap(({ input }) => namesIn(input)));
  const idle = new Map<string, string>();
  for (const item of items.items) {
    const fields = [...manifestFields].filter((field) => Object.hasOwn(item.fields, field));
    if (fields.every((field) => used.has(field) || idle.has(field))) continue;
    const usedHere = new Set(overrideNames(item, items));
    for (const field of fields) {
      if (!used.has(field) && !usedHere.has(field) && !idle.has(field)) idle.set(field, item.name);
    }
  }
  return [...idle].map(
    ([field, name]) =>
      `"${field}" in items of ${file} (the first is "${name}") changes nothing: no template uses it. ` +
      `To change the manifest's "${field}" for an item, write "${OVERRIDE}": { "${field}": … } in it.`,
  );
}

function namesIn({ prompt, alt, style, references }: LayerInput): string[] {
  return [prompt, alt, style, ...(references ?? [])].flatMap((text) => templateNames(text ?? ''));
}

/** What is wrong with an item is told where its pictures are asked for. */
function overrideNames(item: Item, items: Items): string[] {
  if (!Object.hasOwn(item.fields, OVERRIDE)) return [];
  try {
    const override = parseOverride(item, items);
    return [override, ...Object.values(override?.variants ?? {})].flatMap((input) => (input ? namesIn(input) : []));
  } catch (error) {
    if (error instanceof PromptImageError) return [];
    throw error;
  }
}
