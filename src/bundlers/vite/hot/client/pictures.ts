import type { Delivered, Shown } from '../channel.js';

/** The pictures of a manifest, each under the name by which its next version is found. */
export type Pictures = ReadonlyMap<string, Shown>;

/** Images, items and variants in one row. Variants follow their base picture. */
export function picturesOf(delivered: Delivered): Pictures {
  const images = delivered.kind === 'image' ? [['', delivered.image] as const] : delivered.images.map(nameItem);
  return new Map(
    images.flatMap(([name, image]): [string, Shown][] => [
      [name, image],
      ...Object.entries(image.variants ?? {}).map(([variant, each]): [string, Shown] => [`${name}@${variant}`, each]),
    ]),
  );
}

function nameItem(image: Shown & { name: string }): readonly [string, Shown] {
  return [`#${image.name}`, image];
}
