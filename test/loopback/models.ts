/** What the service takes for a model. Written out here so that a wrong row in the library's own table is noticed. */
export interface ServedModel {
  ratios: readonly string[];
  sizes: readonly string[];
  thinkingLevels: readonly string[];
}

export interface Size {
  width: number;
  height: number;
}

const nominalAt1K: Readonly<Record<string, readonly [number, number]>> = {
  '1:1': [1024, 1024],
  '3:2': [1264, 848],
  '2:3': [848, 1264],
  '3:4': [896, 1200],
  '4:3': [1200, 896],
  '4:5': [928, 1152],
  '5:4': [1152, 928],
  '9:16': [768, 1376],
  '16:9': [1376, 768],
  '21:9': [1584, 672],
  '1:4': [512, 2048],
  '4:1': [2048, 512],
  '1:8': [384, 3072],
  '8:1': [3072, 384],
};

const scales: Readonly<Record<string, number>> = { '512': 0.5, '1K': 1, '2K': 2, '4K': 4 };

const tenRatios = ['1:1', '3:2', '2:3', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];

export const servedModels: ReadonlyMap<string, ServedModel> = new Map([
  ['gemini-3.1-flash-lite-image', { ratios: tenRatios, sizes: ['1K'], thinkingLevels: ['minimal', 'high'] }],
  [
    'gemini-3.1-flash-image',
    {
      ratios: [...tenRatios, '1:4', '4:1', '1:8', '8:1'],
      sizes: ['512', '1K', '2K', '4K'],
      thinkingLevels: ['minimal', 'high'],
    },
  ],
  ['gemini-3-pro-image', { ratios: tenRatios, sizes: ['1K', '2K', '4K'], thinkingLevels: ['low', 'high'] }],
]);

/** Pixels that the model aims at. @throws RangeError for a ratio or size that no model takes */
export function nominalSize(ratio = '1:1', imageSize = '1K'): Size {
  const nominal = nominalAt1K[ratio];
  const scale = scales[imageSize];
  if (!nominal || !scale) throw new RangeError(`No picture of ${ratio} at ${imageSize}`);
  return { width: nominal[0] * scale, height: nominal[1] * scale };
}
