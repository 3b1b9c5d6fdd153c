import { mix } from './colour.js';
import type { Light } from './light.js';
import { n, type Point, polyline, type Sheet } from './sheet.js';

export interface Land {
  /** From left to right. */
  crest: readonly Point[];
  /** Where its foot lies. */
  foot: number;
  /** 0: lost in the mist; 1: right before us. */
  near: number;
  /** What it is made of, where that shows; the hour's ink unless given. */
  colour?: string;
}

/** How something of this colour looks through the air between. */
export function throughAir(light: Light, colour: string, near: number): string {
  return mix(light.mist, colour, near);
}

/** A range seen against what lies behind it: dark along the crest, dissolving towards its foot. */
export function paintLand(sheet: Sheet, light: Light, { crest, foot, near, colour = light.ink }: Land): string {
  const tone = throughAir(light, colour, near);
  const body = sheet.linear([
    [0, tone],
    [1, mix(tone, light.mist, 0.62 * (1 - near * 0.8))],
  ]);
  const rim = sheet.linear([
    [0, '#000', 0.3 + 0.36 * near],
    [0.55, '#000', 0],
  ]);
  const [first, last] = [crest[0] ?? [0, foot], crest.at(-1) ?? [sheet.width, foot]];
  const path = `${polyline(crest)}L${n(last[0])} ${n(foot)}L${n(first[0])} ${n(foot)}Z`;
  return `<path d="${path}" fill="${body}"/><path d="${path}" fill="${rim}" filter="${sheet.grains(mix(tone, light.ink, 0.16 + 0.3 * near))}"/>`;
}

/** Points every few pixels from `left` to `right`. */
export function traceCrest(left: number, right: number, heightAt: (x: number) => number, step = 3): Point[] {
  const count = Math.max(1, Math.ceil((right - left) / step));
  return Array.from({ length: count + 1 }, (_, index) => {
    const x = left + ((right - left) * index) / count;
    return [x, heightAt(x)] as const;
  });
}

/** A veil of mist, densest at its lower edge. */
export function paintMist(sheet: Sheet, light: Light, top: number, bottom: number, density: number): string {
  const veil = sheet.linear([
    [0, light.mist, 0],
    [0.75, light.mist, density],
    [1, light.mist, density * 0.7],
  ]);
  return `<rect y="${n(top)}" width="${sheet.width}" height="${n(bottom - top)}" fill="${veil}"/>`;
}
