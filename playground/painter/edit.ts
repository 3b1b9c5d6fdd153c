import type { Random } from './random.js';
import { createSheet, n, type Sheet, type Size } from './sheet.js';
import { paintStars } from './sky.js';

/** A picture to edit, as an `<image>` can show it. */
export interface Photo extends Size {
  href: string;
}

/** Day for night: the photo darkened and cooled, with a moon, stars where its sky is bright, and a fire's light from the right. */
export function paintNight(photo: Photo, size: Size, random: Random, says: (...words: string[]) => boolean): string {
  const sheet = createSheet(size, random.seed);
  const { width, height } = size;
  const image = (rest: string) =>
    `<image href="${photo.href}" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice" ${rest}/>`;
  const all = (rest: string) => `<rect width="${width}" height="${height}" ${rest}/>`;
  const dark = sheet.linear([
    [0, '#030a1c', 0.66],
    [0.5, '#0a1d3a', 0.12],
    [1, '#02060f', 0.5],
  ]);
  return sheet.render([
    `<defs><filter id="night" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">${night}</filter>`,
    `<filter id="bright" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">${bright}</filter>`,
    `<filter id="grain" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">${grain(random)}</filter>`,
    `<mask id="sky">${image('filter="url(#bright)"')}${all(
      `fill="${sheet.linear([
        [0.3, '#000', 0],
        [0.5, '#000', 1],
      ])}"`,
    )}</mask></defs>`,
    image('filter="url(#night)"'),
    all(`fill="${dark}"`),
    says('fire', 'campfire', 'lantern', 'lamp') ? paintFirelight(sheet, image) : '',
    `<g mask="url(#sky)">${says('stars', 'starry', 'star') ? paintStars(sheet, random, height * 0.6) : ''}</g>`,
    says('moon') ? paintMoon(sheet, random) : '',
    all('filter="url(#grain)" style="mix-blend-mode:soft-light"'),
  ]);
}

/** Towards blue, with deeper shadows: what is left of a day when only the moon shines. */
const night = [
  '<feColorMatrix values=".34 .26 .06 0 -.02 .26 .42 .12 0 -.01 .2 .4 .4 0 .03 0 0 0 1 0"/>',
  '<feComponentTransfer><feFuncR type="gamma" amplitude=".5" exponent="1.75"/><feFuncG type="gamma" amplitude=".62" exponent="1.6"/><feFuncB type="gamma" amplitude=".78" exponent="1.32"/></feComponentTransfer>',
].join('');

/** White where the photo is bright, black elsewhere. */
const bright =
  '<feColorMatrix values=".3 .59 .11 0 0 .3 .59 .11 0 0 .3 .59 .11 0 0 0 0 0 1 0"/><feGaussianBlur stdDeviation="2"/><feComponentTransfer><feFuncR type="linear" slope="8" intercept="-4"/><feFuncG type="linear" slope="8" intercept="-4"/><feFuncB type="linear" slope="8" intercept="-4"/></feComponentTransfer>';

function grain(random: Random): string {
  return `<feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2" seed="${random.seed() % 1000}"/><feColorMatrix values="0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 0 0 0 .3"/>`;
}

function paintMoon(sheet: Sheet, random: Random): string {
  const { width, height, unit } = sheet;
  const [x, y, radius] = [width * random.between(0.18, 0.26), height * random.between(0.2, 0.25), unit * 0.046];
  const halo = sheet.radial([
    [0, '#dfeaf2', 0.6],
    [0.14, '#b8d2e6', 0.3],
    [0.45, '#7ea6c8', 0.1],
    [1, '#7ea6c8', 0],
  ]);
  const face = sheet.radial([
    [0, '#fffdf2'],
    [0.8, '#f5efdc'],
    [1, '#d9dcd8'],
  ]);
  const seas = [
    [-0.3, -0.25, 0.3],
    [0.2, -0.42, 0.22],
    [0.32, 0.1, 0.27],
    [-0.12, 0.36, 0.2],
  ].map(
    ([dx = 0, dy = 0, r = 0]) => `<circle cx="${n(x + dx * radius)}" cy="${n(y + dy * radius)}" r="${n(r * radius)}"/>`,
  );
  const glints: string[] = [];
  for (let row = 0; row < 46; row++) {
    const part = row / 46;
    const [gy, length] = [height * (0.498 + 0.165 * part), unit * (0.006 + 0.03 * part) * random.between(0.3, 1)];
    const gx = x + unit * (0.012 + 0.075 * part) * random.between(-1, 1);
    glints.push(
      `M${n(gx - length)} ${n(gy)}q${n(length)} ${n(-0.8 - part * 1.4)} ${n(length * 2)} 0q${n(-length)} ${n(0.8 + part * 1.4)} ${n(-length * 2)} 0Z`,
    );
  }
  return [
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(unit * 0.62)}" fill="${halo}" style="mix-blend-mode:screen"/>`,
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${face}"/>`,
    `<g fill="#c3c8c9" opacity=".55">${seas.join('')}</g>`,
    `<path d="${glints.join('')}" fill="#e9f2f4" opacity=".8"/>`,
  ].join('');
}

/** Warms what lies towards the lower right: the photo itself, lit from there. */
function paintFirelight(sheet: Sheet, image: (rest: string) => string): string {
  const { width, height } = sheet;
  const reach = sheet.radial([
    [0, '#fff', 1],
    [0.4, '#fff', 0.5],
    [1, '#fff', 0],
  ]);
  const warm =
    '<feColorMatrix values=".75 .55 .1 0 -.16 .4 .4 .05 0 -.16 .16 .14 .06 0 -.1 0 0 0 1 0"/><feComponentTransfer><feFuncR type="gamma" exponent="1.5"/><feFuncG type="gamma" exponent="1.7"/><feFuncB type="gamma" exponent="1.8"/></feComponentTransfer>';
  return `<defs><filter id="warm" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">${warm}</filter><mask id="reach"><ellipse cx="${n(width * 1.02)}" cy="${n(height * 0.86)}" rx="${n(width * 0.56)}" ry="${n(height * 0.72)}" fill="${reach}"/></mask></defs><g mask="url(#reach)" style="mix-blend-mode:screen">${image('filter="url(#warm)"')}</g>`;
}
