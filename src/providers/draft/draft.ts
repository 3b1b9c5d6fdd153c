import { nominalSize } from '../../image/nominal-size.js';
import type { Provider } from '../provider.js';
import { renderDraft } from './document.js';

/** What turns a draft into the picture that it stands in for. */
const HINT = 'npx prompt-image generate';

/**
 * A stand-in for pictures that were not bought yet: the words of the prompt, visibly marked, at the shape that the
 * picture will have. Local, free, and always the same for a prompt and take.
 */
export function draft() {
  return {
    name: 'draft',
    free: true,
    generate: async ({ prompt, aspectRatio, take }, { raster }) => {
      const size = nominalSize(aspectRatio);
      const label = aspectRatio ?? `${size.width} × ${size.height}`;
      const svg = renderDraft({ prompt, label, hint: HINT, seed: JSON.stringify([prompt, take]) }, size);
      return { bytes: await raster(svg, size) };
    },
  } satisfies Provider;
}
