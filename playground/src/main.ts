import { enableCompare } from './compare.js';
import { showFacts } from './facts.js';
import dunes from './images/dunes.image';
import forest from './images/forest.image';
import hero from './images/hero.image';
import night from './images/night.image';
import range from './images/range.image';
import { createPicture, type PictureOptions } from './picture.js';

const page = 'min(100vw - 2 * clamp(1.25rem, 3.4vw, 3.5rem), 88rem)';

const pictures = {
  hero: [hero, { sizes: page, priority: true }],
  dunes: [dunes, { sizes: `(min-width: 56rem) calc(.56 * ${page}), ${page}` }],
  forest: [forest, { sizes: `(min-width: 56rem) calc(.38 * ${page}), ${page}` }],
  night: [night, { sizes: `(min-width: 72rem) calc(.66 * ${page}), ${page}` }],
  range: [range, { sizes: 'min(100vw, 99rem)' }],
} satisfies Record<string, [typeof hero, PictureOptions]>;

for (const [name, [image, options]] of Object.entries(pictures)) {
  const picture = createPicture(image, options);
  document.querySelector(`[data-image="${name}"]`)?.append(picture);
  const [facts, img] = [document.querySelector<HTMLElement>(`[data-facts="${name}"]`), picture.querySelector('img')];
  if (facts && img) showFacts(facts, image, img);
}

for (const container of document.querySelectorAll<HTMLElement>('.compare')) enableCompare(container);

for (const section of document.querySelectorAll<HTMLElement>('[data-painter]')) {
  section.hidden = (section.dataset.painter === 'live') !== (import.meta.env.MODE === 'live');
}
