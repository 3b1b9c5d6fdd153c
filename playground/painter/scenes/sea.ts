import { mix } from '../colour.js';
import { paintLand, paintMist, throughAir, traceCrest } from '../ground.js';
import type { Light } from '../light.js';
import type { Random } from '../random.js';
import { n, type Point, polyline, type Sheet } from '../sheet.js';
import { paintBirds, paintClouds, paintDisc, paintSky } from '../sky.js';
import { paintBoat, paintLighthouse } from '../things.js';
import type { Scene } from './scene.js';

/** Capes in the haze, a low sun on the water, a headland with a light. */
export const paintSea: Scene = (sheet, light, random, says) => {
  const { width, height, unit } = sheet;
  const horizon = height * random.between(0.6, 0.64);
  const sun: Point = [width * random.between(0.26, 0.34), horizon - unit * random.between(0.03, 0.06)];
  const headland = traceHeadland(sheet, random, horizon);
  const keeper: Point = [width * 0.735, headlandTop(headland, width * 0.735) + unit * 0.014];
  return [
    paintSky(sheet, light, random, horizon),
    paintClouds(sheet, light, random, height * 0.26, horizon * 0.93),
    paintDisc(sheet, light, sun, unit * 0.13),
    paintCapes(sheet, light, random, horizon),
    paintWater(sheet, light, random, horizon, sun[0]),
    says('lighthouse', 'beacon') ? paintLighthouse(sheet, light, keeper, unit * 0.2) : '',
    paintHeadland(sheet, light, random, headland, horizon),
    says('boat', 'sail', 'sailing boat')
      ? paintBoat(sheet, light, [width * 0.45, horizon + unit * 0.028], unit * 0.06)
      : '',
    says('bird', 'birds', 'gull', 'gulls')
      ? paintBirds(sheet, random, [width * 0.46, height * 0.3], mix(light.ink, light.sky[1], 0.25))
      : '',
    paintShore(sheet, light, random),
  ];
};

function paintCapes(sheet: Sheet, light: Light, random: Random, horizon: number): string {
  const { width, unit } = sheet;
  const capes = [0.14, 0.26, 0.4, 0.56].map((near, index) => {
    const curve = random.curve(6);
    const [from, to] = index % 2 === 0 ? [0.34 - index * 0.05, 1.1] : [-0.1, 0.3 - index * 0.05];
    const rise = unit * (0.15 - index * 0.022);
    const heightAt = (x: number) => {
      const part = (x / width - from) / (to - from);
      const taper = index % 2 === 0 ? Math.min(1, part * 1.6) : Math.min(1, (1 - part) * 1.8);
      const shape = Math.max(0, taper) ** 1.25 * (0.6 + 0.52 * curve((x / unit) * 3.6));
      return horizon - rise * Math.max(0.012, shape);
    };
    const crest = traceCrest(Math.max(0, from * width), Math.min(width, to * width), heightAt);
    return (
      paintLand(sheet, light, { crest, foot: horizon + 1, near }) +
      paintMist(sheet, light, horizon - unit * 0.07, horizon, 0.3)
    );
  });
  return capes.join('');
}

/** Mirrors the sky; ripples widen towards us and glitter below the sun. */
function paintWater(sheet: Sheet, light: Light, random: Random, horizon: number, sunX: number): string {
  const { width, height, unit } = sheet;
  const depth = height - horizon;
  const body = sheet.linear([
    [0, mix(light.sky[3], light.sky[2], 0.35)],
    [0.22, mix(light.sky[2], light.sky[1], 0.55)],
    [1, mix(light.sky[0], light.ink, 0.62)],
  ]);
  const murk = sheet.linear([
    [0.1, '#000', 0],
    [1, '#000', 0.6],
  ]);
  const ripples: string[] = [];
  const glitter: string[] = [];
  for (let y = horizon + 1.5; y < height; y += 1.6 + ((y - horizon) / depth) ** 1.1 * unit * 0.012) {
    const part = (y - horizon) / depth;
    const thick = 0.5 + part * unit * 0.0028;
    for (let count = 0; count < 7; count++) {
      ripples.push(lozenge(random.between(0, width), y, unit * (0.02 + part * 0.09) * random.between(0.4, 1.4), thick));
    }
    const spread = unit * (0.1 + part * 0.09);
    for (let count = 0; count < 4; count++) {
      const away = random.between(-1, 1) ** 3;
      const length = unit * (0.014 + part * 0.05) * random.between(0.3, 1.2) * (1 - part * 0.45);
      glitter.push(lozenge(sunX + away * spread, y, length, thick));
    }
  }
  const fade = sheet.linear([
    [0, light.disc, 1],
    [0.55, light.glow, 0.9],
    [1, light.glow, 0.25],
  ]);
  return [
    `<rect y="${n(horizon)}" width="${width}" height="${n(depth)}" fill="${body}"/>`,
    `<rect y="${n(horizon)}" width="${width}" height="${n(depth)}" fill="${murk}" filter="${sheet.grains(mix(light.sky[0], light.ink, 0.85))}"/>`,
    `<path d="${ripples.join('')}" fill="${mix(light.sky[2], light.sky[1], 0.35)}" opacity=".24"/>`,
    `<path d="${glitter.join('')}" fill="${fade}"/>`,
  ].join('');
}

/** Steps of rock that rise from the water to the right edge. */
function traceHeadland({ width, unit }: Sheet, random: Random, horizon: number): Point[] {
  const [coarse, fine] = [random.curve(3), random.curve(5)];
  const shore = waterline(horizon, unit);
  return traceCrest(width * 0.47, width, (x) => {
    const part = (x / width - 0.47) / 0.53;
    const cliff = smooth(part, 0, 0.12) * 0.075 + smooth(part, 0.2, 0.36) * 0.1 + smooth(part, 0.62, 1) * 0.13;
    return shore - unit * (cliff + smooth(part, 0, 0.2) * (coarse(part * 5) * 0.014 + fine(part * 22) * 0.006));
  });
}

/** Where the headland, which is nearer than the horizon, meets the water. */
function waterline(horizon: number, unit: number): number {
  return horizon + unit * 0.062;
}

function headlandTop(headland: readonly Point[], x: number): number {
  return headland.find(([at]) => at >= x)?.[1] ?? 0;
}

function paintHeadland(sheet: Sheet, light: Light, random: Random, crest: readonly Point[], horizon: number): string {
  const { width, unit } = sheet;
  const shore = waterline(horizon, unit);
  const tone = throughAir(light, light.ink, 0.86);
  const left = crest[0]?.[0] ?? 0;
  const outline = `${polyline(crest)}L${width} ${n(shore)}L${n(left)} ${n(shore)}Z`;
  const body = sheet.linear([
    [0, tone],
    [1, mix(tone, light.ink, 0.75)],
  ]);
  const lit = sheet.linear(
    [
      [0, '#000', 0.78],
      [0.34, '#000', 0.3],
      [0.8, '#000', 0],
    ],
    true,
  );
  const grains = sheet.grains(mix(tone, light.glow, 0.5));
  const buttresses = Array.from({ length: 12 }, (_, index) => {
    const from = Math.floor(crest.length * (0.02 + index * 0.08 + random.between(0, 0.04)));
    const rock = traceButtress(sheet, random, crest, from, shore);
    return `<path d="${rock}" fill="${mix(tone, light.ink, random.between(0, 0.5))}" opacity=".7"/><path d="${rock}" fill="${lit}" filter="${grains}" opacity="${n(Math.max(0.2, 1 - index * 0.08))}"/>`;
  });
  return [
    paintReflection(sheet, light, random, crest, shore),
    `<path d="${outline}" fill="${body}"/>`,
    ...buttresses,
    `<path d="${polyline(crest)}" fill="none" stroke="${mix(light.glow, tone, 0.3)}" stroke-width="${n(unit * 0.002)}" opacity=".75"/>`,
    `<path d="${Array.from({ length: 26 }, () => lozenge(random.between(left, width), shore + random.between(-1, 3), unit * random.between(0.008, 0.04), 1.4)).join('')}" fill="${light.glow}" opacity=".5"/>`,
  ].join('');
}

/** A rib of rock from a point of the crest down to the water, its left edge broken. */
function traceButtress({ unit }: Sheet, random: Random, crest: readonly Point[], from: number, shore: number): string {
  const edge: Point[] = [];
  let [x, y] = crest[from] ?? [0, shore];
  while (y < shore) {
    edge.push([x, y]);
    x += unit * random.between(-0.016, 0.007);
    y += unit * random.between(0.012, 0.035);
  }
  edge.push([x, shore]);
  const across = unit * random.between(0.08, 0.15);
  const top = crest.slice(from, from + Math.floor(across / 3)).reverse();
  return `${polyline([...edge, [x + across * 1.1, shore], ...top])}Z`;
}

/** The headland upside down and flattened, its edge torn by ripples. */
function paintReflection(sheet: Sheet, light: Light, random: Random, crest: readonly Point[], shore: number): string {
  const { width, height, unit } = sheet;
  const fade = sheet.linear([
    [0, light.ink, 0.8],
    [1, light.ink, 0],
  ]);
  const edge: Point[] = [];
  const deep = Math.min(unit * 0.3, height - shore);
  for (let y = shore, side = 1; y < shore + deep; y += unit * 0.0065, side = -side) {
    const mirrored = crest.find(([, top]) => shore - top >= (y - shore) * 0.9)?.[0] ?? width;
    edge.push([mirrored + side * unit * random.between(0.002, 0.014) * (0.4 + (y - shore) / deep), y]);
  }
  const breaks = Array.from({ length: 60 }, () => {
    const y = shore + deep * random.between(0.02, 0.8);
    return lozenge(random.between(crest[0]?.[0] ?? 0, width * 1.05), y, unit * random.between(0.015, 0.07), 1.3);
  });
  return `<path d="${polyline(edge)}L${width} ${n(shore + deep)}V${n(shore)}Z" fill="${fade}"/><path d="${breaks.join('')}" fill="${mix(light.sky[2], light.sky[1], 0.4)}" opacity=".3"/>`;
}

/** What we stand on: rock in the lower left corner, with grass that the wind leans on. */
function paintShore(sheet: Sheet, light: Light, random: Random): string {
  const { width, height, unit } = sheet;
  const curve = random.curve(5);
  const heightAt = (x: number) => {
    const part = x / (width * 0.55);
    const steps = 0.1 * (1 - smooth(part, 0.05, 0.45)) + 0.07 * (1 - smooth(part, 0.55, 1));
    return height - unit * (steps + 0.026 * curve((x / unit) * 6) * (1 - part));
  };
  const crest = traceCrest(0, width * 0.55, heightAt);
  const black = mix(light.ink, '#000000', 0.25);
  const blades = Array.from({ length: 330 }, () => {
    const x = random.between(0, 1) ** 1.5 * width * 0.46;
    const thick = unit * random.between(0.0012, 0.0026);
    const tall = unit * random.between(0.016, 0.07) * (0.65 + 0.5 * curve((x / unit) * 11));
    const lean = tall * random.between(0.05, 0.75);
    const y = heightAt(x) + 4;
    return `M${n(x)} ${n(y)}q0 ${n(-tall * 0.7)} ${n(lean)} ${n(-tall)}q${n(-lean * 0.7)} ${n(tall * 0.4)} ${n(-lean + thick)} ${n(tall)}Z`;
  });
  const outline = `${polyline(crest)}L0 ${height}Z`;
  const lit = sheet.linear([
    [0, '#000', 0.4],
    [0.4, '#000', 0],
  ]);
  return `<path d="${blades.join('')}" fill="${black}"/><path d="${outline}" fill="${black}"/><path d="${outline}" fill="${lit}" filter="${sheet.grains(mix(light.ink, light.glow, 0.3))}"/>`;
}

/** A ripple: pointed at both ends. */
function lozenge(x: number, y: number, length: number, thick: number): string {
  return `M${n(x - length)} ${n(y)}Q${n(x)} ${n(y - thick)} ${n(x + length)} ${n(y)}Q${n(x)} ${n(y + thick)} ${n(x - length)} ${n(y)}Z`;
}

function smooth(value: number, from: number, to: number): number {
  const part = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return part * part * (3 - 2 * part);
}
