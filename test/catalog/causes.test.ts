import { expect, test } from 'vitest';
import { findCauses } from '../../src/catalog/causes.js';
import type { Entry } from '../../src/catalog/entry.js';
import { planImages } from '../../src/manifest/images.js';
import { parseManifest, parsePreset } from '../../src/manifest/parse.js';

/** An image under two presets, the outer of which is the brand's. */
function imageWith({
  prompt = 'Barn',
  brand,
  night,
  own,
}: Partial<Record<'prompt' | 'brand' | 'night' | 'own', string>>) {
  const preset = (name: string, style?: string) => parsePreset(`${name}.image-preset.json`, JSON.stringify({ style }));
  return planImages(parseManifest('src/barn.image.json', JSON.stringify({ prompt, style: own })), {
    defaults: { file: 'prompt-image.config.ts', input: { style: 'painted' } },
    presets: [preset('brand', brand), preset('night', night)],
  }).image(undefined);
}

const before = { brand: 'flat', night: 'dark', own: 'wet' };
const [brand, night] = ['brand.image-preset.json', 'night.image-preset.json'];

test.each<[what: string, now: Parameters<typeof imageWith>[0], causes: string[]]>([
  ['one preset', { ...before, brand: 'flat, bold' }, [brand]],
  ['the other', { ...before, night: 'darker' }, [night]],
  ['both', { ...before, brand: 'bold', night: 'darker' }, [brand, night]],
  ['one that said nothing before', { ...before, night: 'dark\n\nblue' }, [night]],
  ['the manifest’s prompt', { ...before, prompt: 'Barns' }, []],
  ['the manifest’s style', { ...before, own: 'damp' }, []],
  ['both a preset and the manifest’s style', { ...before, night: 'darker', own: 'damp' }, [night]],
  ['a style that is gone, which leaves no trace', { brand: 'flat', own: 'wet' }, []],
])('a prompt changed because of %s', (_, now, causes) => {
  const image = imageWith(now);
  const entry = { address: image.address, image, references: [] } as unknown as Entry;
  const request = { v: 1, model: image.model, imageSize: '1K', prompt: imageWith(before).prompt } as const;
  expect(findCauses(entry, request, ['prompt'])).toEqual(causes);
});
