import type { Place } from '../failure.js';
import type { JsonPath } from './locate.js';
import type { ManifestInput, PresetInput } from './schema.js';

type Fields = PresetInput & Pick<ManifestInput, 'prompt' | 'alt' | 'take'> & { media?: string };

/** What one layer may say; of `take` and `variants` each layer is asked apart. */
export type LayerInput = { readonly [Field in keyof Fields]?: Fields[Field] | undefined };

/** One of the things that a picture inherits from, or what is said of it itself. */
export interface Layer {
  /** `shared`: the config's `defaults` or a preset, which have no pictures of their own. */
  role: 'shared' | 'own';
  /** That it stands in, from the root: paths lead from it. */
  file: string;
  input: LayerInput;
  /** Where a field's value stands, or one of its characters. */
  place: (path: JsonPath, character?: number) => Place;
}

/** A reference as it is written, not yet filled in: most layers' references are replaced by others. */
export interface WrittenReference {
  text: string;
  index: number;
  layer: Layer;
}

/** The innermost layer that says anything of a field, `null` included. */
export function lastWith(layers: readonly Layer[], field: keyof LayerInput): Layer | undefined {
  return layers.findLast(({ input }) => input[field] !== undefined);
}
