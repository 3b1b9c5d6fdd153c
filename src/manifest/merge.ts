import type { Place } from '../failure.js';
import type { Address } from '../image/address.js';
import { outputDefaults } from '../image/output.js';
import type { WrittenReference } from './layer.js';
import type { PresetInput } from './schema.js';

/** A referenced picture: a file, or that of another image, and where it is referenced. */
export type ResolvedReference = FileReference | PictureReference;

export interface FileReference {
  kind: 'file';
  /** From the root. */
  path: string;
  place: () => Place;
}

export interface PictureReference {
  kind: 'picture';
  /** With the manifest's path from the root. */
  address: Address;
  place: () => Place;
}

/** The manifest fields that are inherited, as plain data. */
export type Inheritable = Omit<PresetInput, '$schema' | 'style' | 'references'> & {
  references?: readonly (WrittenReference | '...')[] | null | undefined;
};

type Data = { [name: string]: unknown };

const defaults: Data = { output: outputDefaults };

/**
 * Lays `layer` over what it inherits: objects merge, arrays replace (`"..."` in them stands for the inherited ones),
 * `null` resets to the default, `width` and `widths` replace each other.
 */
export function mergeLayer(inherited: Inheritable, layer: Inheritable): Inheritable {
  return mergeObject(inherited as Data, layer as Data, defaults) as Inheritable;
}

function mergeObject(inherited: Data, layer: Data, fallback: Data): Data {
  const merged: Data = { ...inherited };
  // Resetting `widths` asks for the default ones; resetting `width` asks for nothing in its place.
  if (layer.widths !== undefined) delete merged.width;
  if (layer.width != null) delete merged.widths;
  for (const [name, value] of Object.entries(layer)) {
    if (value === undefined) continue;
    const reset = fallback[name];
    if (value === null) {
      if (reset === undefined) delete merged[name];
      else merged[name] = reset;
    } else if (Array.isArray(value)) {
      merged[name] = spread(value, merged[name] ?? reset);
    } else if (isData(value)) {
      merged[name] = mergeObject(asData(merged[name]), value, asData(reset));
    } else {
      merged[name] = value;
    }
  }
  return merged;
}

function spread(values: unknown[], inherited: unknown): unknown[] {
  return values.flatMap((value) => (value !== '...' ? [value] : Array.isArray(inherited) ? inherited : []));
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asData(value: unknown): Data {
  return isData(value) ? value : {};
}
