import { outputDefaults } from '../image/output.js';
import type { PresetInput } from './schema.js';

/** The manifest fields that are inherited, as plain data. */
export type Inheritable = Omit<PresetInput, '$schema' | 'style'>;

type Data = { [name: string]: unknown };

const defaults: Data = { output: outputDefaults };

/** An array that takes up an inherited one where nothing is inherited. `path` leads to the `"..."`. */
export class NothingInherited extends Error {
  readonly path: (string | number)[];
  constructor(path: (string | number)[]) {
    super(`"..." at ${path.join('.')} stands for nothing`);
    this.path = path;
  }
}

/**
 * Lays `layer` over what it inherits: objects merge, arrays replace (`"..."` in them stands for the inherited ones),
 * `null` resets to the default, `width` and `widths` replace each other.
 *
 * @throws {@link NothingInherited}
 */
export function mergeLayer(inherited: Inheritable, layer: Inheritable): Inheritable {
  return mergeObject(inherited as Data, layer as Data, defaults, []) as Inheritable;
}

function mergeObject(inherited: Data, layer: Data, fallback: Data, path: string[]): Data {
  const merged: Data = { ...inherited };
  if (layer.width != null) delete merged.widths;
  if (layer.widths != null) delete merged.width;
  for (const [name, value] of Object.entries(layer)) {
    if (value === undefined) continue;
    const reset = fallback[name];
    if (value === null) {
      if (reset === undefined) delete merged[name];
      else merged[name] = reset;
    } else if (Array.isArray(value)) {
      merged[name] = spread(value, merged[name] ?? reset, [...path, name]);
    } else if (isData(value)) {
      merged[name] = mergeObject(asData(merged[name]), value, asData(reset), [...path, name]);
    } else {
      merged[name] = value;
    }
  }
  return merged;
}

function spread(values: unknown[], inherited: unknown, path: string[]): unknown[] {
  return values.flatMap((value, index) => {
    if (value !== '...') return [value];
    if (!Array.isArray(inherited)) throw new NothingInherited([...path, index]);
    return inherited;
  });
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asData(value: unknown): Data {
  return isData(value) ? value : {};
}
