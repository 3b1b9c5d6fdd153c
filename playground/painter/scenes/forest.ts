import { mix } from '../colour.js';
import { paintMist, throughAir, traceCrest } from '../ground.js';
import type { Light } from '../light.js';
import type { Random } from '../random.js';
import { n, type Point, polyline, type Sheet, spline } from '../sheet.js';
import { paintBirds, paintDisc, paintSky } from '../sky.js';
import { paintCabin } from '../things.js';
import { traceConifer, traceFern, traceTrunk } from '../trees.js';
import type { Scene } from './scene.js';

/** A clearing between slopes of spruce, rank behind rank into the mist, and water that comes down between them. */
export const paintForest: Scene = (sheet, light, random, says) => {
  const { width, height, unit } = sheet;
  const sun: Point = [width * random.between(0.47, 0.56), height * 0.27];
  const ranks = Array.from({ length: 6 }, (_, index) => paintRank(sheet, light, random, index));
  return [
    paintSky(sheet, light, random, height * 0.78),
    `<rect y="${n(height * 0.77)}" width="${width}" height="${n(height * 0.23)}" fill="${light.mist}"/>`,
    paintDisc(sheet, light, sun, unit * 0.115),
    ...ranks.slice(0, 3),
    paintShafts(sheet, light, random, sun),
    ...ranks.slice(3, 5),
    says('cabin', 'hut', 'house') ? paintCabin(sheet, light, [width * 0.645, height * 0.824], unit * 0.1) : '',
    ...ranks.slice(5),
    paintStream(sheet, light, random),
    says('bird', 'birds', 'crows', 'ravens')
      ? paintBirds(sheet, random, [width * 0.3, height * 0.2], mix(light.ink, light.mist, 0.3))
      : '',
    paintFrame(sheet, light, random),
  ];
};

/** One rank of trees on both slopes; the gap in the middle closes with distance. */
function paintRank(sheet: Sheet, light: Light, random: Random, index: number): string {
  const { width, height, unit } = sheet;
  const near = 0.12 + index * 0.165;
  const curve = random.curve(3);
  const middle = width * (0.52 + 0.05 * curve(index));
  const gap = [0, 0, 0.1, 0.17, 0.26, 0.37][index] ?? 0;
  const floor = height * (0.52 + index * 0.075);
  const groundAt = (x: number) =>
    floor -
    height * 0.3 * Math.max(0, Math.abs(x - middle) / width - gap * 0.6) ** 1.25 +
    unit * 0.014 * curve((x / unit) * 3);
  const tone = throughAir(light, mix(light.leaf, light.ink, index * 0.11), near);
  const trees: string[] = [];
  const pace = unit * (0.018 + index * 0.009);
  for (let x = -pace; x < width + pace; x += pace * random.between(0.55, 1.35)) {
    const inside = Math.abs(x - middle) < width * gap * random.between(0.9, 1.15);
    // In the clearing stand only some young ones.
    if (inside && random.between(0, 1) < 0.6) continue;
    const tall = unit * (0.1 + index * 0.052) * (inside ? random.between(0.1, 0.24) : random.between(0.55, 1.2));
    trees.push(traceConifer(random, [x, groundAt(x) + tall * 0.11], tall));
  }
  const floorPath = `${polyline(traceCrest(0, width, groundAt, 6))}V${n(height)}H0Z`;
  const fade = sheet.linear([
    [0, tone],
    [0.55, mix(tone, light.mist, 0.72 - index * 0.1)],
    [1, mix(tone, light.mist, 0.78 - index * 0.12)],
  ]);
  const rim = sheet.linear([
    [0, '#000', 0.5],
    [0.8, '#000', 0],
  ]);
  const moss = sheet.linear([
    [0, mix(tone, light.mist, 0.4 - index * 0.05)],
    [0.5, mix(tone, light.mist, 0.78 - index * 0.1)],
  ]);
  const all = trees.join('');
  return [
    `<path d="${all}" fill="${fade}"/>`,
    `<path d="${all}" fill="${rim}" filter="${sheet.grains(mix(tone, light.ink, 0.2 + near * 0.3))}" opacity="${n(0.35 + near * 0.5)}"/>`,
    `<path d="${floorPath}" fill="${moss}"/>`,
    index < 5 ? paintMist(sheet, light, floor - unit * 0.1, floor + unit * 0.12, 0.5 - index * 0.07) : '',
  ].join('');
}

/** Comes out of the mist and widens towards us. */
function paintStream(sheet: Sheet, light: Light, random: Random): string {
  const { width, height, unit } = sheet;
  const top = height * 0.72;
  const bank = (side: 1 | -1): Point[] =>
    Array.from({ length: 26 }, (_, index) => {
      const part = index / 25;
      const middle = width * (0.53 + 0.085 * Math.sin(part * 5.4 + 0.5) * (1 - part * 0.3) - 0.03 * part);
      return [middle + side * unit * (0.006 + 0.21 * part ** 1.7), top + (height * 1.01 - top) * part];
    });
  const water = `${spline([...bank(-1), ...bank(1).reverse()])}Z`;
  const body = sheet.linear([
    [0, light.disc, 0],
    [0.24, light.disc, 0.9],
    [0.5, mix(light.sky[3], light.sky[1], 0.55)],
    [1, mix(light.sky[0], light.leaf, 0.5)],
  ]);
  const ripples = Array.from({ length: 46 }, () => {
    const part = random.between(0.2, 1);
    const y = top + (height - top) * part;
    const x =
      width * (0.53 + 0.085 * Math.sin(part * 5.4 + 0.5) * (1 - part * 0.3) - 0.03 * part) +
      unit * random.between(-0.16, 0.16) * part ** 1.7;
    const length = unit * (0.008 + 0.05 * part) * random.between(0.4, 1);
    return `M${n(x - length)} ${n(y)}Q${n(x)} ${n(y - 0.8 - part * 2)} ${n(x + length)} ${n(y)}Q${n(x)} ${n(y + 0.8 + part * 2)} ${n(x - length)} ${n(y)}Z`;
  });
  return `<path d="${water}" fill="${body}"/><path d="${ripples.join('')}" fill="${light.pale}" opacity=".6" clip-path="${sheet.clip(water)}"/>`;
}

/** Light that falls between the trees. */
function paintShafts(sheet: Sheet, light: Light, random: Random, [x, y]: Point): string {
  const { width, height, unit } = sheet;
  const paint = sheet.linear([
    [0, light.glow, 0],
    [0.3, light.glow, 0.5],
    [1, light.glow, 0],
  ]);
  const shafts = [-0.46, -0.24, -0.07, 0.15, 0.4].map((lean) => {
    const [foot, spread] = [x + width * (lean + random.between(-0.04, 0.04)), width * random.between(0.03, 0.08)];
    return `M${n(x + lean * width * 0.16)} ${n(y)}L${n(foot - spread)} ${n(height * 0.86)}H${n(foot + spread)}L${n(x + lean * width * 0.16 + width * 0.015)} ${n(y)}Z`;
  });
  return `<path d="${shafts.join('')}" fill="${paint}" filter="${sheet.soft(unit * 0.006)}"/>`;
}

/** What is right before us: two trunks at the edges, moss, ferns. */
function paintFrame(sheet: Sheet, light: Light, random: Random): string {
  const { width, height, unit } = sheet;
  const dark = mix(light.ink, '#000000', 0.15);
  const curve = random.curve(4);
  const groundAt = (x: number) =>
    height -
    unit * (0.05 + 0.16 * Math.max(0, Math.abs(x / width - 0.47) - 0.12) ** 0.9 + 0.012 * curve((x / unit) * 9));
  const ground = `${polyline(traceCrest(0, width, groundAt, 4))}V${height}H0Z`;
  const grains = sheet.grains(mix(light.leaf, light.glow, 0.4));
  const trunks = [
    [0.03, 0.1],
    [0.155, 0.03],
    [0.985, 0.105],
    [0.85, 0.04],
  ].map(([at = 0, wide = 0]) => {
    const [trunk = '', ...stubs] = traceTrunk(random, width * at, unit * wide, height);
    const lit = sheet.linear(
      at < 0.5
        ? [
            [0.5, '#000', 0],
            [1, '#000', 0.6],
          ]
        : [
            [0, '#000', 0.6],
            [0.5, '#000', 0],
          ],
      true,
    );
    return `${fill([trunk, ...stubs], dark)}<path d="${trunk}" fill="${lit}" filter="${grains}"/>`;
  });
  const ferns = [0.01, 0.27, 0.12, 0.7, 0.92, 0.8, 1.01].flatMap((at) =>
    traceFern(random, [width * at, groundAt(width * at) + unit * 0.02], unit * random.between(0.1, 0.16)),
  );
  return [
    ...trunks,
    fill([ground], dark),
    fill(ferns.slice(0, 36), mix(dark, light.leaf, 0.42)),
    fill(ferns.slice(36), mix(dark, light.leaf, 0.2)),
  ].join('');
}

function fill(outlines: readonly string[], paint: string): string {
  return `<g fill="${paint}">${outlines.map((outline) => `<path d="${outline}"/>`).join('')}</g>`;
}
