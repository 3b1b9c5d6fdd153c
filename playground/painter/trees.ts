import type { Random } from './random.js';
import { n, type Point, polyline } from './sheet.js';

/** The outline of a spruce: tiers of drooping boughs, no two alike. `foot`: the middle of its trunk's base. */
export function traceConifer(random: Random, [x, foot]: Point, tall: number): string {
  const tiers = Math.max(6, Math.min(17, Math.round(tall / 9)));
  const girth = random.between(0.15, 0.21);
  const side = (to: 1 | -1): Point[] =>
    Array.from({ length: tiers }, (_, tier) => {
      const part = (tier + 0.75) / tiers;
      const reach = tall * girth * part ** 0.85 * random.between(0.68, 1.12);
      const y = foot - tall * 0.97 + part * tall * 0.9;
      const droop = reach * 0.24;
      return [
        [x + to * reach, y + droop],
        [x + to * reach * 0.42, y - tall * 0.004],
      ] as const;
    }).flat();
  return `${polyline([[x, foot - tall], ...side(1), [x + tall * 0.012, foot], [x - tall * 0.012, foot], ...side(-1).reverse()])}Z`;
}

/** A bare trunk that leaves the picture above, and the stubs of its dead branches: one outline each. */
export function traceTrunk(random: Random, x: number, wide: number, height: number): string[] {
  const edge = (to: 1 | -1): Point[] =>
    Array.from({ length: 25 }, (_, index) => {
      const part = index / 24;
      const half = wide * (0.36 + 0.14 * part + 2 * Math.max(0, part - 0.84)) * random.between(0.95, 1.05);
      return [x + to * half, part * height * 1.02] as const;
    });
  const stubs = Array.from({ length: 8 }, () => {
    const y = height * random.between(0.02, 0.66);
    const to = random.pick([1, -1]);
    const reach = to * wide * random.between(0.75, 1.9);
    const drop = Math.abs(reach) * random.between(-0.1, 0.5);
    const thick = wide * random.between(0.03, 0.06);
    return `M${n(x)} ${n(y)}Q${n(x + reach * 0.6)} ${n(y + drop * 0.15)} ${n(x + reach)} ${n(y + drop)}Q${n(x + reach * 0.5)} ${n(y + drop * 0.2 + thick)} ${n(x)} ${n(y + thick * 3)}Z`;
  });
  return [`${polyline([...edge(-1), ...edge(1).reverse()])}Z`, ...stubs];
}

/** A fern: fronds that arch away from one root, one outline each, with pairs of leaflets. */
export function traceFern(random: Random, [x, y]: Point, size: number): string[] {
  return Array.from({ length: 9 }, (_, index) => {
    const bearing = -Math.PI / 2 + (index - 4) * 0.25 + random.between(-0.09, 0.09);
    const length = size * random.between(0.7, 1.1);
    const at = (part: number): Point => [
      x + Math.cos(bearing) * length * part * (1 + 0.25 * part),
      y + Math.sin(bearing) * length * part + size * 0.42 * part ** 2.6,
    ];
    const pairs = Array.from({ length: 25 }, (_, leaf): [Point, Point] => {
      const part = 0.12 + leaf * 0.035;
      const [px, py] = at(part);
      const [qx, qy] = at(part + 0.03);
      const heading = Math.atan2(qy - py, qx - px);
      const reach = size * 0.13 * Math.sin(Math.PI * (0.08 + 0.86 * (1 - part))) ** 0.7;
      const tip = (turn: number): Point => [
        px + Math.cos(heading + turn) * reach,
        py + Math.sin(heading + turn) * reach,
      ];
      return [tip(0.8), tip(-0.8)];
    });
    const side = (which: 0 | 1): Point[] =>
      pairs.flatMap((tips, leaf) => [tips[which], at(0.13 + leaf * 0.035)] as const);
    return `${polyline([[x, y], ...side(0), at(1.02), ...side(1).reverse()])}Z`;
  });
}
