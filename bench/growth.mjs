import { join } from 'node:path';
import { paint, vite, writeSite } from './fixture.mjs';

/** One small file an image: what grows with the number of images is the library's own work, not that of encoders. */
const config = (picture) => `import { readFileSync } from 'node:fs';
const picture = readFileSync(${JSON.stringify(picture)});
export default {
  commit: false,
  defaults: { output: { formats: ['webp'], widths: [160], placeholder: false } },
  budget: { maxImages: 10_000 },
  provider: {
    name: 'bench',
    free: true,
    // The same pixels in other bytes.
    generate: async ({ prompt }) => ({ bytes: Buffer.concat([picture, Buffer.from(prompt)]) }),
  },
};
`;

/**
 * Makes a site of so many images each, and builds it once, so that nothing is left to buy or to encode.
 *
 * @returns its folder by the number of its images
 */
export async function createSites(folder, counts) {
  const picture = join(folder, 'small.jpg');
  await paint(picture, 0);
  const sites = new Map();
  for (const count of counts) {
    const site = join(folder, `site-${count}`);
    writeSite(site, count, config(picture));
    vite(site);
    sites.set(count, site);
  }
  return sites;
}
