/** What a model takes. Checked before any call, so that a mistake costs nothing. */
export interface ModelCapabilities {
  aspectRatios: readonly string[];
  imageSizes: readonly string[];
  thinking: readonly string[];
  maxReferences: number;
}

interface Model {
  /** US dollars for one 1K picture at list price; gateways differ, so `prices` overrides it. */
  price: number;
  /** Absent: checks are left to the service. */
  capabilities?: ModelCapabilities;
}

const tenRatios = ['1:1', '3:2', '2:3', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const;

/** One row a model. @see https://ai.google.dev/gemini-api/docs/image-generation */
const models: Readonly<Record<string, Model>> = {
  'gemini-3.1-flash-lite-image': {
    price: 0.0336,
    capabilities: {
      aspectRatios: tenRatios,
      imageSizes: ['1K'],
      thinking: ['minimal', 'high'],
      maxReferences: 14,
    },
  },
  'gemini-3.1-flash-image': {
    price: 0.067,
    capabilities: {
      aspectRatios: [...tenRatios, '1:4', '4:1', '1:8', '8:1'],
      imageSizes: ['512', '1K', '2K', '4K'],
      thinking: ['minimal', 'high'],
      maxReferences: 14,
    },
  },
  'gemini-3-pro-image': { price: 0.134 },
};

/** Frozen for version 1 of the key: another default would make every manifest that relies on it stale. */
export const DEFAULT_MODEL = 'gemini-3.1-flash-lite-image';

export function capabilitiesOf(model: string): ModelCapabilities | undefined {
  return row(model)?.capabilities;
}

export const modelNames: readonly string[] = Object.keys(models);

export function isKnownModel(model: string): boolean {
  return row(model) !== undefined;
}

/** List price in US dollars for one picture; `undefined`: not known. */
export function listPriceOf(model: string): number | undefined {
  return row(model)?.price;
}

function row(model: string): Model | undefined {
  return Object.hasOwn(models, model) ? models[model] : undefined;
}
