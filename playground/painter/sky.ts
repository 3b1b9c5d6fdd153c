import { mix } from './colour.js';
import type { Light } from './light.js';
import type { Random } from './random.js';
import { n, type Point, type Sheet } from './sheet.js';

/** Air from the top edge down to `horizon`, grained at the zenith; stars where the hour has them. */
export function paintSky(sheet: Sheet, light: Light, random: Random, horizon: number): string {
  const { width } = sheet;
  const [zenith, high, low, rim] = light.sky;
  const air = sheet.linear([
    [0, zenith],
    [0.42, high],
    [0.8, low],
    [1, rim],
  ]);
  const fall = sheet.linear([
    [0, '#000', 0.5],
    [0.7, '#000', 0],
  ]);
  return [
    `<rect width="${width}" height="${n(horizon)}" fill="${air}"/>`,
    `<rect width="${width}" height="${n(horizon)}" fill="${fall}" filter="${sheet.grains(mix(zenith, light.ink, 0.35))}" opacity=".55"/>`,
    light.stars ? paintStars(sheet, random, horizon * 0.82) : '',
  ].join('');
}

/** Sun or moon with its haze; the lower edge is grained as if air lay before it. */
export function paintDisc(sheet: Sheet, light: Light, [x, y]: Point, radius: number): string {
  const haze = sheet.radial([
    [0, light.glow, 0.75],
    [0.35, light.glow, 0.35],
    [1, light.glow, 0],
  ]);
  const air = sheet.linear([
    [0.25, '#000', 0],
    [1, '#000', 0.85],
  ]);
  const circle = (r: number, paint: string) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" ${paint}/>`;
  return [
    circle(radius * 3.4, `fill="${haze}"`),
    circle(radius, `fill="${light.disc}"`),
    circle(radius, `fill="${air}" filter="${sheet.grains(mix(light.disc, light.sky[3], 0.75))}"`),
  ].join('');
}

/** Thin bars of cloud, thickest in the middle. */
export function paintClouds(sheet: Sheet, light: Light, random: Random, top: number, bottom: number): string {
  const { width, unit } = sheet;
  const bars = Array.from({ length: 7 }, () => {
    const [x, y] = [random.between(-0.1, 1) * width, random.between(top, bottom)];
    const length = random.between(0.18, 0.5) * width;
    const depth = (y - top) / (bottom - top);
    const paint = sheet.linear(
      [
        [0, light.sky[3], 0],
        [0.5, mix(light.sky[3], light.disc, 0.3), 0.2 + 0.4 * depth],
        [1, light.sky[3], 0],
      ],
      true,
    );
    return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(length)}" ry="${n(unit * random.between(0.003, 0.011))}" fill="${paint}"/>`;
  });
  return bars.join('');
}

/** A flock that keeps together, each bird two strokes of a wing. */
export function paintBirds(sheet: Sheet, random: Random, [x, y]: Point, colour: string): string {
  const birds = Array.from({ length: 7 }, (_, index) => {
    const span = sheet.unit * random.between(0.008, 0.015);
    const [cx, cy] = [
      x + sheet.unit * (index * 0.031 + random.between(-0.005, 0.005)),
      y - sheet.unit * (index * 0.01 + (index % 2) * 0.016 + random.between(-0.012, 0.012)),
    ];
    const lift = span * random.between(0.35, 0.6);
    return `M${n(cx - span)} ${n(cy - lift)}Q${n(cx - span * 0.35)} ${n(cy - lift * 1.15)} ${n(cx)} ${n(cy)}Q${n(cx + span * 0.4)} ${n(cy - lift * 1.3)} ${n(cx + span)} ${n(cy - lift * 0.7)}`;
  });
  return `<path d="${birds.join('')}" fill="none" stroke="${colour}" stroke-width="${n(sheet.unit * 0.0024)}" stroke-linecap="round" stroke-linejoin="round"/>`;
}

export function paintStars({ width, unit }: Sheet, random: Random, bottom: number): string {
  const stars = Array.from({ length: 240 }, () => {
    const y = random.between(0, 1) ** 1.5 * bottom;
    const size = unit * random.between(0.14, 1) ** 6 * 0.0024 + 0.45;
    return `<circle cx="${n(random.between(0, width))}" cy="${n(y)}" r="${size.toFixed(2)}" opacity="${(random.between(0.35, 1) * (1 - y / bottom)).toFixed(2)}"/>`;
  });
  return `<g fill="#fdf8e8">${stars.join('')}</g>`;
}
