import { mix } from '../colour.js';
import { paintLand, paintMist, throughAir, traceCrest } from '../ground.js';
import type { Light } from '../light.js';
import type { Random } from '../random.js';
import { n, type Point, polyline, type Sheet } from '../sheet.js';
import { paintBirds, paintClouds, paintDisc, paintSky } from '../sky.js';
import { traceConifer } from '../trees.js';
import type { Scene } from './scene.js';

/** Peaks with a lit and a shaded face, their image in a lake, a shore of firs. */
export const paintMountains: Scene = (sheet, light, random, says) => {
  const { width, height, unit } = sheet;
  const shore = height * 0.62;
  const range = [
    paintDisc(sheet, light, [width * random.between(0.24, 0.34), shore - height * 0.3], unit * 0.07),
    paintRange(sheet, light, random, shore, 0.2),
    paintPeaks(sheet, light, random, shore),
    paintMist(sheet, light, shore - unit * 0.16, shore, 0.75),
    paintTreeline(sheet, light, random, shore),
  ].join('');
  return [
    paintSky(sheet, light, random, shore),
    paintClouds(sheet, light, random, height * 0.16, shore * 0.8),
    says('bird', 'birds', 'geese', 'cranes')
      ? paintBirds(sheet, random, [width * 0.44, height * 0.27], mix(light.ink, light.sky[1], 0.3))
      : '',
    `<g id="range">${range}</g>`,
    paintLake(sheet, light, random, shore),
    paintNearShore(sheet, light, random),
  ];
};

function paintRange(sheet: Sheet, light: Light, random: Random, shore: number, near: number): string {
  const { width, unit } = sheet;
  const curve = random.curve(6);
  const crest = traceCrest(0, width, (x) => shore - unit * (0.2 + 0.1 * curve((x / unit) * 3)));
  return paintLand(sheet, light, { crest, foot: shore, near, colour: mix(light.shade, light.ink, 0.3) });
}

function paintPeaks(sheet: Sheet, light: Light, random: Random, shore: number): string {
  const { width, unit } = sheet;
  const peaks = [
    [0.12, 0.23, 0.34],
    [0.86, 0.26, 0.36],
    [0.45, 0.22, 0.4],
    [0.65, 0.315, 0.5],
    [0.29, 0.15, 0.5],
    [0.99, 0.17, 0.5],
  ] as const;
  return peaks
    .map(([at, rise, near]) =>
      paintPeak(
        sheet,
        light,
        random,
        [width * (at + random.between(-0.02, 0.02)), shore - unit * rise * random.between(0.92, 1.06)],
        shore,
        near,
      ),
    )
    .join('');
}

/** A summit with broken flanks; the spine that falls from it parts light from shade, and spurs repeat it smaller. */
function paintPeak(sheet: Sheet, light: Light, random: Random, summit: Point, foot: number, near: number): string {
  const rise = foot - summit[1];
  const flank = (to: 1 | -1): Point[] => {
    const points: Point[] = [summit];
    let [x, y] = summit;
    while (y < foot) {
      x += to * rise * random.between(0.025, 0.105);
      y += rise * random.between(0.012, 0.085);
      points.push([x, Math.min(y, foot)]);
    }
    return points;
  };
  /** A broken line from one point to another. */
  const crack = (from: Point, to: Point, rough: number): Point[] => {
    const count = Math.max(3, Math.round((to[1] - from[1]) / (rise * 0.035)));
    return Array.from({ length: count + 1 }, (_, index) => {
      const part = index / count;
      const away = index === 0 || index === count ? 0 : rise * rough * random.between(-1, 1);
      return [from[0] + (to[0] - from[0]) * part + away, from[1] + (to[1] - from[1]) * part];
    });
  };
  const [left, right] = [flank(-1), flank(1)];
  const outline = `${polyline([...left].reverse())}${polyline(right).replace('M', 'L')}Z`;
  const lit = throughAir(light, mix(light.pale, light.glow, 0.35), 0.45 + near);
  const shade = throughAir(light, mix(light.shade, light.ink, 0.25), 0.35 + near);
  const snow = sheet.linear([
    [0, lit],
    [0.5, mix(lit, light.glow, 0.35)],
    [1, mix(shade, light.mist, 0.7)],
  ]);
  const dusk = sheet.linear([
    [0, shade],
    [1, mix(shade, light.mist, 0.75)],
  ]);
  const fall = sheet.linear([
    [0, '#000', 0.55],
    [0.75, '#000', 0],
  ]);
  // The spine swings from side to side as it falls.
  const bends = [0, 0.16, 0.3, 0.5, 0.68, 1].map((part, index): Point => {
    const swing = index === 0 ? 0 : (index % 2 === 0 ? 1 : -1) * random.between(0.02, 0.055) - 0.05 * part;
    return [summit[0] + rise * swing, summit[1] + rise * part];
  });
  const main = bends.slice(1).flatMap((to, index) => crack(bends[index] ?? summit, to, 0.012));
  const shaded = `${polyline(main)}L${n(right.at(-1)?.[0] ?? 0)} ${n(foot)}${polyline([...right].reverse()).replace('M', 'L')}Z`;
  /** A facet that opens at two heights of an edge and runs out downhill, to one side. */
  const facet = (top: Point, base: Point, to: 1 | -1, reach: number): string => {
    const tip: Point = [top[0] + to * rise * reach, base[1] + rise * reach * random.between(0.75, 1.25)];
    return `${polyline([...crack(top, tip, 0.012), ...crack(base, tip, 0.014).reverse()])}Z`;
  };
  const along = (edge: readonly Point[], every: number, to: 1 | -1, low: number, high: number) =>
    edge.flatMap((top, index) => {
      const base = edge[index + every - 1];
      const opens = index % every === 0 && base !== undefined && top[1] < foot - rise * 0.2;
      return opens
        ? [facet(top, base, to, random.between(low, high) * Math.min(1, 0.5 + (top[1] - summit[1]) / rise))]
        : [];
    });
  const spurs = [...along(main, 4, -1, 0.12, 0.34), ...along(left.slice(2), 3, 1, 0.03, 0.1)];
  const gullies = [...along(main.slice(2), 5, 1, 0.08, 0.26), ...along(right.slice(2), 4, -1, 0.05, 0.14)];
  return [
    `<path d="${outline}" fill="${snow}"/>`,
    `<g fill="${dusk}" clip-path="${sheet.clip(outline)}">${spurs.map((spur) => `<path d="${spur}" opacity=".85"/>`).join('')}<path d="${shaded}"/><g fill="${lit}" opacity=".3">${gullies.map((gully) => `<path d="${gully}"/>`).join('')}</g></g>`,
    `<path d="${shaded}" fill="${fall}" filter="${sheet.grains(mix(shade, light.ink, 0.4))}" clip-path="${sheet.clip(outline)}"/>`,
  ].join('');
}

/** Woods along the far shore. */
function paintTreeline(sheet: Sheet, light: Light, random: Random, shore: number): string {
  const { width, unit } = sheet;
  return [0.42, 0.68]
    .map((near, index) => {
      const curve = random.curve(4);
      const tone = throughAir(light, mix(light.leaf, light.ink, 0.35), near);
      const groundAt = (x: number) =>
        shore - unit * Math.max(0.002, 0.036 - index * 0.026 + 0.024 * curve((x / unit) * 1.5 + index));
      const trees: string[] = [];
      for (let x = -4; x < width + 4; x += unit * random.between(0.004, 0.011)) {
        trees.push(traceConifer(random, [x, groundAt(x) + 4], unit * random.between(0.016, 0.036)));
      }
      const ground = `${polyline(traceCrest(0, width, groundAt, 5))}V${n(shore)}H0Z`;
      return `<path d="${trees.join('')}" fill="${tone}"/><path d="${ground}" fill="${sheet.linear([
        [0, tone],
        [1, mix(tone, light.mist, 0.45 - index * 0.3)],
      ])}"/>`;
    })
    .join('');
}

/** The range upside down, drawn out by ripples. */
function paintLake(sheet: Sheet, light: Light, random: Random, shore: number): string {
  const { width, height, unit } = sheet;
  const area = sheet.clip(`M0 ${n(shore)}H${width}V${height}H0Z`);
  const sky = sheet.linear([
    [0, light.sky[3]],
    [0.5, light.sky[2]],
    [1, light.sky[1]],
  ]);
  const deep = sheet.linear([
    [0, mix(light.sky[1], light.ink, 0.4), 0.12],
    [1, mix(light.sky[0], light.ink, 0.7), 0.88],
  ]);
  const ripples = Array.from({ length: 170 }, () => {
    const part = random.between(0, 1) ** 1.3;
    const y = shore + (height - shore) * part;
    const [x, length, thick] = [
      random.between(-0.05, 1.05) * width,
      unit * (0.02 + 0.12 * part) * random.between(0.4, 1.3),
      0.6 + unit * 0.0028 * part,
    ];
    return `M${n(x - length)} ${n(y)}Q${n(x)} ${n(y - thick)} ${n(x + length)} ${n(y)}Q${n(x)} ${n(y + thick)} ${n(x - length)} ${n(y)}Z`;
  });
  return [
    `<g clip-path="${area}"><rect y="${n(shore)}" width="${width}" height="${n(height - shore)}" fill="${sky}"/>`,
    `<use href="#range" transform="matrix(1 0 0 -.86 0 ${n(shore * 1.86)})" opacity=".8"/>`,
    `<rect y="${n(shore)}" width="${width}" height="${n(height - shore)}" fill="${deep}"/>`,
    `<path d="${ripples.join('')}" fill="${mix(light.sky[3], light.glow, 0.3)}" opacity=".3"/>`,
    `<path d="M0 ${n(shore)}H${width}" stroke="${light.pale}" stroke-width="${n(unit * 0.002)}" opacity=".6"/></g>`,
  ].join('');
}

/** Firs and stones in both lower corners. */
function paintNearShore(sheet: Sheet, light: Light, random: Random): string {
  const { width, height, unit } = sheet;
  const curve = random.curve(5);
  const groundAt = (x: number) =>
    height + unit * (0.05 - 0.34 * Math.max(0, Math.abs(x / width - 0.56) - 0.2) ** 1.1 + 0.01 * curve((x / unit) * 9));
  const trees: string[] = [];
  for (let x = -unit * 0.02; x < width * 1.02; x += unit * random.between(0.014, 0.045)) {
    const edge = Math.abs(x / width - 0.56) - 0.27;
    if (edge > 0)
      trees.push(traceConifer(random, [x, groundAt(x) + 8], unit * (0.07 + edge * 0.75) * random.between(0.6, 1.15)));
  }
  const tone = mix(light.ink, light.leaf, 0.15);
  const ground = `${polyline(traceCrest(0, width, groundAt, 4))}V${height}H0Z`;
  const rim = sheet.linear([
    [0, '#000', 0.4],
    [0.6, '#000', 0],
  ]);
  return `<path d="${trees.join('')}" fill="${tone}"/><path d="${trees.join('')}" fill="${rim}" filter="${sheet.grains(mix(light.leaf, light.glow, 0.25))}"/><path d="${ground}" fill="${tone}"/>`;
}
