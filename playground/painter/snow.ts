import { type Edit, renderFilter, showPhoto } from './edit.js';
import type { Random } from './random.js';
import { createSheet, n, type Sheet } from './sheet.js';

/** Winter: the picture pale and cold, snow on everything that has sky above it, and flakes in the air. */
export const paintSnow: Edit = ([photo], size, random) => {
  const sheet = createSheet(size, random.seed);
  const { width, height, unit } = sheet;
  // At its upper edge, nothing lies above.
  const below = sheet.clip(`M0 ${n(unit * 0.01)}H${width}V${height}H0Z`);
  const air = sheet.linear([
    [0, '#e9eef2', 0.55],
    [0.55, '#eef2f4', 0.22],
    [1, '#eef2f4', 0.06],
  ]);
  return sheet.render([
    `<defs>${renderFilter('frost', frost)}${renderFilter('fine', cap(unit * 0.003, 5))}${renderFilter('deep', cap(unit * 0.009, 3.4))}</defs>`,
    showPhoto(photo, size, 'filter="url(#frost)"'),
    `<rect width="${width}" height="${height}" fill="${air}"/>`,
    showPhoto(photo, size, `filter="url(#deep)" clip-path="${below}" opacity=".8"`),
    showPhoto(photo, size, `filter="url(#fine)" clip-path="${below}"`),
    paintFlakes(sheet, random),
  ]);
};

/** Less colour, and what is left of it towards blue; its lights, such as windows, stay warm. */
const frost = '<feColorMatrix values=".62 .26 .06 0 .06 .2 .66 .08 0 .08 .16 .28 .52 0 .12 0 0 0 1 0"/>';

/** White where it is darker than what lies so many pixels above. */
function cap(depth: number, strength: number): string {
  // Darkness as opacity; what is taken from it is the same a little lower.
  return `<feColorMatrix values="0 0 0 0 .97 0 0 0 0 .985 0 0 0 0 1 -.35 -.5 -.15 0 1" result="dark"/><feOffset dy="${n(depth)}" result="above"/><feComposite in="dark" in2="above" operator="arithmetic" k2="1" k3="-1" result="edge"/><feComponentTransfer><feFuncA type="linear" slope="${strength}" intercept="-.12"/></feComponentTransfer><feColorMatrix values="0 0 0 0 .97 0 0 0 0 .985 0 0 0 0 1 0 0 0 1 0"/>`;
}

/** Many far ones, few near ones that are out of focus. */
function paintFlakes(sheet: Sheet, random: Random): string {
  const { width, height, unit } = sheet;
  const flakes = (count: number, radius: number, opacity: number, blur: number) =>
    `<g fill="#fff" opacity="${opacity}" filter="${sheet.soft(blur)}">${Array.from({ length: count }, () => {
      const [x, y, r] = [
        random.between(0, width),
        random.between(0, height),
        unit * radius * random.between(0.55, 1.2),
      ];
      return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(r)}" ry="${n(r * 1.25)}"/>`;
    }).join('')}</g>`;
  return flakes(620, 0.0017, 0.8, 0.5) + flakes(150, 0.0034, 0.85, 1) + flakes(26, 0.008, 0.6, unit * 0.002);
}
