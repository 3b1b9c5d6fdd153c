import { type Edit, showPhoto } from './edit.js';
import { createSheet, type Point, polyline } from './sheet.js';

/** All of the pictures at once, in slanting strips from left to right, with a thin line of paper between them. */
export const paintStrips: Edit = (photos, size, random) => {
  const sheet = createSheet(size, random.seed);
  const { width, height, unit } = sheet;
  const [slant, gap] = [unit * 0.1, unit * 0.006];
  const cutAt = (index: number) =>
    index === 0 ? -slant : index === photos.length ? width + slant : (width * index) / photos.length;
  return sheet.render([
    `<rect width="${width}" height="${height}" fill="#f4efe4"/>`,
    ...photos.map((photo, index) => {
      const [left, right] = [cutAt(index) + gap / 2, cutAt(index + 1) - gap / 2];
      const strip: Point[] = [
        [left + slant / 2, 0],
        [right + slant / 2, 0],
        [right - slant / 2, height],
        [left - slant / 2, height],
      ];
      return `<g clip-path="${sheet.clip(`${polyline(strip)}Z`)}">${showPhoto(photo, size, '')}</g>`;
    }),
  ]);
};
