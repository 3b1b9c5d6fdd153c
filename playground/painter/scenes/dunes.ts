import { mix } from '../colour.js';
import { paintLand, throughAir, traceCrest } from '../ground.js';
import type { Light } from '../light.js';
import type { Random } from '../random.js';
import { n, type Point, type Sheet, spline } from '../sheet.js';
import { paintBirds, paintDisc, paintSky } from '../sky.js';
import { paintWalker } from '../things.js';
import type { Scene } from './scene.js';

/** Sand under a huge sun: far swells, then dunes whose edge winds down towards us between light and shade. */
export const paintDunes: Scene = (sheet, light, random, says) => {
  const { width, height, unit } = sheet;
  const skyline = height * 0.56;
  const peak: Point = [width * random.between(0.6, 0.68), height * random.between(0.44, 0.47)];
  const dune: Dune = { peak, left: 0.68, right: 0.6, near: 0.74, sway: 0.11, to: 0.46 };
  return [
    paintSky(sheet, light, random, skyline),
    paintDisc(sheet, light, [width * random.between(0.3, 0.38), height * 0.33], unit * 0.19),
    says('bird', 'birds', 'gull', 'gulls') ? paintBirds(sheet, random, [width * 0.62, height * 0.2], light.ink) : '',
    paintSwells(sheet, light, random, skyline),
    paintDune(sheet, light, random, dune),
    says('walker', 'figure', 'wanderer', 'traveller')
      ? paintWalker(sheet, light, leftSlope(sheet, dune)[2] ?? peak, unit * 0.038)
      : '',
    paintDune(sheet, light, random, {
      peak: [width * 0.1, height * 0.7],
      left: 0.74,
      right: 0.98,
      near: 0.96,
      sway: 0.06,
      to: 0.3,
    }),
    paintGrass(sheet, light, random),
  ];
};

interface Dune {
  peak: Point;
  /** Where it meets the left and the right edge of the picture, from the top. */
  left: number;
  right: number;
  near: number;
  /** How far its edge swings. */
  sway: number;
  /** Where its edge leaves the picture at the bottom, from the left. */
  to: number;
}

function paintSwells(sheet: Sheet, light: Light, random: Random, skyline: number): string {
  const { width, height, unit } = sheet;
  // Far sand is seen through warm air, and its grains are of its own shade.
  const haze = { ...light, mist: mix(light.mist, light.glow, 0.6), ink: light.shade };
  const swells = [0.26, 0.42, 0.58].map((near, index) => {
    const curve = random.curve(2);
    const crest = traceCrest(
      0,
      width,
      (x) => skyline - unit * (0.075 - index * 0.035) + unit * 0.05 * curve((x / unit) * (1.7 - index * 0.2)),
      8,
    );
    return paintLand(sheet, haze, { crest, foot: height, near, colour: mix(light.sand, light.shade, 0.2) });
  });
  return swells.join('');
}

function paintDune(sheet: Sheet, light: Light, random: Random, dune: Dune): string {
  const { width, height, unit } = sheet;
  const { peak, near } = dune;
  const [x, y] = peak;
  const left = leftSlope(sheet, dune);
  const right: Point[] = [
    peak,
    [x + (width - x) * 0.22, y + unit * 0.05],
    [x + (width - x) * 0.6, y * 0.4 + height * dune.right * 0.6],
    [width + unit * 0.1, height * dune.right],
  ];
  const edge: Point[] = [0, 0.2, 0.42, 0.66, 1].map((part, index) => {
    const swing = index === 0 ? 0 : Math.sin(part * 7.2 + 2.6) * dune.sway * width * (0.55 + part);
    return [x + (dune.to * width - x) * part + swing, y + (height * 1.06 - y) * part ** 1.15];
  });
  const tone = throughAir(light, light.sand, near);
  const below = `V${height}H0Z`;
  const whole = `${spline(left)}${spline(right).replace(/^M[^C]*/, '')}${below}`;
  const shaded = `${spline([...edge].reverse())}${spline(right).replace(/^M[^C]*/, '')}V${n(height * 1.1)}Z`;
  const shadeTone = mix(mix(tone, light.shade, 0.8), light.ink, 0.22 * (near - 0.74) * 4.5);
  const sand = sheet.linear([
    [0, mix(tone, light.glow, 0.5)],
    [0.45, tone],
    [1, mix(tone, light.ink, 0.12)],
  ]);
  const dusk = sheet.linear([
    [0, shadeTone],
    [1, mix(tone, shadeTone, 0.82)],
  ]);
  const fall = sheet.linear(
    [
      [0, '#000', 0.75],
      [0.6, '#000', 0.05],
    ],
    true,
  );
  const ground = sheet.linear([
    [0, '#000', 0],
    [1, '#000', 0.55],
  ]);
  return [
    `<path d="${whole}" fill="${sand}"/>`,
    `<path d="${whole}" fill="${ground}" filter="${sheet.grains(mix(tone, light.shade, 0.5))}"/>`,
    paintWind(sheet, random, whole, peak, mix(tone, light.shade, 0.6)),
    `<path d="${shaded}" fill="${dusk}"/>`,
    paintWind(sheet, random, shaded, peak, mix(shadeTone, tone, 0.3)),
    `<path d="${shaded}" fill="${fall}" filter="${sheet.grains(mix(shadeTone, light.shade, 0.9))}"/>`,
    `<path d="${spline(edge)}" fill="none" stroke="${mix(tone, light.pale, 0.75)}" stroke-width="${n(unit * 0.0026)}" opacity=".8"/>`,
  ].join('');
}

function leftSlope({ height, unit }: Sheet, { peak: [x, y], left }: Dune): Point[] {
  const drop = height * left - y;
  return [
    [-unit * 0.1, height * left],
    [x * 0.32, y + drop * 0.64],
    [x * 0.72, y + drop * 0.3],
    [x, y],
  ];
}

/** Ripples that the wind has drawn across the lit side. */
function paintWind(sheet: Sheet, random: Random, area: string, [, top]: Point, colour: string): string {
  const { width, height, unit } = sheet;
  const curve = random.curve(3);
  const lines: string[] = [];
  for (
    let y = top + unit * 0.08;
    y < height + unit * 0.25;
    y += unit * (0.009 + 0.012 * ((y - top) / (height - top)))
  ) {
    const points = traceCrest(
      -unit * 0.05,
      width,
      (x) => y + unit * 0.032 * curve((x / unit) * 2.2 + (y / unit) * 0.9) - x * 0.13,
      unit * 0.05,
    );
    lines.push(`<path d="${spline(points)}" stroke-dashoffset="${n(random.between(0, unit))}"/>`);
  }
  return `<g clip-path="${sheet.clip(area)}" fill="none" stroke="${colour}" stroke-width="${n(unit * 0.0014)}" opacity=".38" stroke-dasharray="${n(unit * 0.23)} ${n(unit * 0.05)} ${n(unit * 0.08)} ${n(unit * 0.09)}">${lines.join('')}</g>`;
}

/** Marram in the lower right corner, paler tufts behind darker ones. */
function paintGrass(sheet: Sheet, light: Light, random: Random): string {
  const { width, height, unit } = sheet;
  const tufts = [0.72, 0.81, 0.99, 0.87, 0.94].map((at, tuft) => {
    const size = 1.05 - Math.abs(at - 0.95) * 2;
    const blades = Array.from({ length: 26 }, () => {
      const root = width * at + unit * random.between(-0.016, 0.016);
      const tall = unit * random.between(0.1, 0.27) * size;
      const lean = tall * random.between(-0.85, 0.3);
      const thick = unit * random.between(0.0016, 0.003);
      return `M${n(root)} ${n(height + 6)}q${n(lean * 0.12)} ${n(-tall * 0.75)} ${n(lean)} ${n(-tall)}q${n(-lean * 0.8)} ${n(tall * 0.27)} ${n(-lean + thick)} ${n(tall)}Z`;
    });
    return `<g fill="${mix(light.ink, light.leaf, 0.75 - tuft * 0.17)}">${blades.map((blade) => `<path d="${blade}"/>`).join('')}</g>`;
  });
  return tufts.join('');
}
