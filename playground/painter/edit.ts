import type { Random } from './random.js';
import { createSheet, n, type Sheet, type Size } from './sheet.js';
import { paintStars } from './sky.js';

/** A picture to edit, as an `<image>` can show it. */
export interface Photo extends Size {
  href: string;
}

/** Makes of one picture, or of several, another one. `says`: whether the prompt has one of these words. */
export type Edit = (
  photos: readonly [Photo, ...Photo[]],
  size: Size,
  random: Random,
  says: (...words: string[]) => boolean,
) => string;

/** The picture over the whole sheet. @param rest further attributes */
export function showPhoto(photo: Photo, { width, height }: Size, rest: string): string {
  return `<image href="${photo.href}" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice" ${rest}/>`;
}

/** A filter of the whole picture. */
export function renderFilter(id: string, steps: string): string {
  return `<filter id="${id}" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">${steps}</filter>`;
}

/**
 * Day for night: the picture darkened and cooled. By what the prompt says: a moon, else the sun's own face; stars where the sky is blue; a
 * fire's light from the left; lamps and windows that stay lit.
 */
export const paintNight: Edit = ([photo], size, random, says) => {
  const sheet = createSheet(size, random.seed);
  const { width, height } = size;
  const image = (rest: string) => showPhoto(photo, size, rest);
  const all = (rest: string) => `<rect width="${width}" height="${height}" ${rest}/>`;
  const dark = sheet.linear([
    [0, '#030a1c', 0.66],
    [0.5, '#0a1d3a', 0.12],
    [1, '#02060f', 0.5],
  ]);
  return sheet.render([
    `<defs>${renderFilter('night', night)}`,
    renderFilter('blue', blue),
    renderFilter('grain', grain(random)),
    `<mask id="sky">${image('filter="url(#blue)"')}${all(
      `fill="${sheet.linear([
        [0.3, '#000', 0],
        [0.5, '#000', 1],
      ])}"`,
    )}</mask></defs>`,
    image('filter="url(#night)"'),
    all(`fill="${dark}"`),
    says('fire', 'campfire', 'lantern', 'lamp') ? paintFirelight(sheet, image) : '',
    `<g mask="url(#sky)">${says('stars', 'starry', 'star') ? paintStars(sheet, random, height * 0.6) : ''}</g>`,
    says('sun') ? paintGlow(image, 'shine', shine, size) : says('moon') ? paintMoon(sheet, random) : '',
    says('windows', 'window', 'lighthouse') ? paintGlow(image, 'lit', lit, size) : '',
    all('filter="url(#grain)" style="mix-blend-mode:soft-light"'),
  ]);
};

/** Towards blue, with deeper shadows: what is left of a day when only the moon shines. */
const night = [
  '<feColorMatrix values=".36 .26 .06 0 -.02 .26 .42 .14 0 0 .24 .4 .34 0 .03 0 0 0 1 0"/>',
  '<feComponentTransfer><feFuncR type="gamma" amplitude=".52" exponent="1.6"/><feFuncG type="gamma" amplitude=".62" exponent="1.5"/><feFuncB type="gamma" amplitude=".7" exponent="1.36"/></feComponentTransfer>',
].join('');

/** White where the photo is as blue as a sky, black elsewhere. */
const blue =
  '<feGaussianBlur stdDeviation="2"/><feColorMatrix values="-14 0 14 0 -.2 -14 0 14 0 -.2 -14 0 14 0 -.2 0 0 0 1 0"/>';

/** What is nearly white, as the sun's face is, in a moon's colour. */
const shine = '<feColorMatrix values="0 0 0 0 .96 0 0 0 0 .95 0 0 0 0 .87 0 0 16 0 -14.1" result="spots"/>';

/** What is bright and yellow, as a lamp is: both at once. */
const lit = [
  '<feColorMatrix values="0 0 0 0 1 0 0 0 0 .8 0 0 0 0 .46 30 0 -30 0 -5.6" result="yellow"/>',
  '<feColorMatrix in="SourceGraphic" values="0 0 0 0 1 0 0 0 0 .8 0 0 0 0 .46 0 20 0 0 -15.9" result="bright"/>',
  '<feComposite in="yellow" in2="bright" operator="in" result="spots"/>',
].join('');

/** What a filter finds in the picture shines, and the air around it does. */
function paintGlow(image: (rest: string) => string, id: string, find: string, { width, height }: Size): string {
  const radius = Math.sqrt(width * height) * 0.022;
  const steps = `${find}<feGaussianBlur stdDeviation="${n(radius)}" result="far"/><feGaussianBlur in="spots" stdDeviation="${n(radius / 4)}" result="near"/><feMerge><feMergeNode in="far"/><feMergeNode in="near"/><feMergeNode in="spots"/></feMerge>`;
  return `<defs>${renderFilter(id, steps)}</defs><g style="mix-blend-mode:screen">${image(`filter="url(#${id})"`)}</g>`;
}

function grain(random: Random): string {
  return `<feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2" seed="${random.seed() % 1000}"/><feColorMatrix values="0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 0 0 0 .3"/>`;
}

function paintMoon(sheet: Sheet, random: Random): string {
  const { width, height, unit } = sheet;
  const [x, y, radius] = [width * random.between(0.78, 0.83), height * random.between(0.2, 0.25), unit * 0.046];
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
    [-0.34, -0.3, 0.33],
    [-0.42, 0.1, 0.24],
    [0.14, -0.36, 0.2],
    [0.3, -0.12, 0.24],
    [0.52, 0.08, 0.15],
    [0.26, 0.16, 0.18],
    [-0.16, 0.38, 0.17],
  ].map(
    ([dx = 0, dy = 0, r = 0]) => `<circle cx="${n(x + dx * radius)}" cy="${n(y + dy * radius)}" r="${n(r * radius)}"/>`,
  );
  // The sea is out of focus, so its glitter is soft.
  const glints = Array.from({ length: 70 }, (_, row) => {
    const part = row / 70;
    const [gy, length] = [height * (0.514 + 0.13 * part), unit * (0.012 + 0.02 * part) * random.between(0.3, 1)];
    const gx = x + unit * (0.03 + 0.06 * part) * random.between(-1, 1) ** 3;
    return `<ellipse cx="${n(gx)}" cy="${n(gy)}" rx="${n(length)}" ry="${n(unit * (0.0016 + 0.003 * part))}" opacity="${n(random.between(0.2, 1) * (1 - part * 0.75))}"/>`;
  });
  return [
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(unit * 0.62)}" fill="${halo}" style="mix-blend-mode:screen"/>`,
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${face}"/>`,
    `<g fill="#aeb8bd" opacity=".6" filter="${sheet.soft(radius * 0.07)}">${seas.join('')}</g>`,
    `<g fill="#e4eff6" filter="${sheet.soft(unit * 0.0035)}">${glints.join('')}</g>`,
  ].join('');
}

/** Warms what lies towards the lower left: the photo itself, in a fire's colours, which it throws less far the redder they are. */
function paintFirelight(sheet: Sheet, image: (rest: string) => string): string {
  const { width, height } = sheet;
  const reach = sheet.radial([
    [0, '#fff', 0.9],
    [0.4, '#fff', 0.75],
    [0.72, '#fff', 0.36],
    [1, '#fff', 0],
  ]);
  const warm =
    '<feColorMatrix values=".56 .46 .1 0 -.08 .3 .36 .06 0 -.09 .12 .16 .08 0 -.05 0 0 0 1 0"/><feComponentTransfer><feFuncR type="gamma" exponent="1.25"/><feFuncG type="gamma" exponent="1.5"/><feFuncB type="gamma" exponent="1.6"/></feComponentTransfer>';
  return `<defs>${renderFilter('warm', warm)}<mask id="reach"><ellipse cx="${n(width * 0.2)}" cy="${n(height * 1.02)}" rx="${n(width * 0.56)}" ry="${n(height * 0.58)}" fill="${reach}"/></mask></defs><g mask="url(#reach)">${image('filter="url(#warm)"')}</g>`;
}
