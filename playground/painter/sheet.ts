/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A colour on the way from 0 to 1; opacity 1 unless given. */
export type Stop = readonly [at: number, colour: string, opacity?: number];
export type Point = readonly [x: number, y: number];

/** An SVG document in the making: hands out paints and collects their definitions. */
export interface Sheet extends Size {
  /** The side of a square of the same area: what sizes are measured in. */
  unit: number;
  /** Top to bottom of what it fills; `sideways`: left to right. */
  linear: (stops: readonly Stop[], sideways?: boolean) => string;
  radial: (stops: readonly Stop[]) => string;
  /** Turns a shape's opacity into the density of grains of this colour, as a dry brush or a spray can does. */
  grains: (colour: string) => string;
  /** Blurs what it is set on by so many pixels. */
  soft: (radius: number) => string;
  clip: (path: string) => string;
  render: (layers: readonly string[]) => string;
}

export function createSheet({ width, height }: Size, seed: () => number): Sheet {
  const definitions: string[] = [];
  const define = (write: (id: string) => string) => {
    const id = `d${definitions.length}`;
    definitions.push(write(id));
    return `url(#${id})`;
  };
  return {
    width,
    height,
    unit: Math.sqrt(width * height),
    linear: (stops, sideways = false) =>
      define(
        (id) =>
          `<linearGradient id="${id}" x1="0" y1="0" x2="${sideways ? 1 : 0}" y2="${sideways ? 0 : 1}">${renderStops(stops)}</linearGradient>`,
      ),
    radial: (stops) => define((id) => `<radialGradient id="${id}">${renderStops(stops)}</radialGradient>`),
    grains: (colour) =>
      define(
        (id) =>
          `<filter id="${id}" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB"><feTurbulence type="fractalNoise" baseFrequency=".72" numOctaves="2" seed="${seed() % 1000}"/><feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 2.6 0 0 0 -.8" result="noise"/><feComposite in="SourceAlpha" in2="noise" operator="arithmetic" k2="1" k3="1" k4="-1"/><feComponentTransfer result="grains"><feFuncA type="linear" slope="3.5"/></feComponentTransfer><feFlood flood-color="${colour}"/><feComposite in2="grains" operator="in"/></filter>`,
      ),
    soft: (radius) =>
      define(
        (id) =>
          `<filter id="${id}" x="-.3" y="-.3" width="1.6" height="1.6"><feGaussianBlur stdDeviation="${n(radius)}"/></filter>`,
      ),
    clip: (path) => define((id) => `<clipPath id="${id}"><path d="${path}"/></clipPath>`),
    render: (layers) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${definitions.join('')}</defs>${layers.join('')}</svg>`,
  };
}

/** One decimal: finer than a pixel shows. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function polyline(points: readonly Point[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${n(x)} ${n(y)}`).join('');
}

/** A smooth line through points, by Catmull and Rom. */
export function spline(points: readonly Point[]): string {
  const at = (index: number) => points[Math.min(points.length - 1, Math.max(0, index))] ?? [0, 0];
  const segments = points.slice(1).map((to, index) => {
    const [before, from, after] = [at(index - 1), at(index), at(index + 2)];
    const bend = (axis: 0 | 1) => [
      from[axis] + (to[axis] - before[axis]) / 6,
      to[axis] - (after[axis] - from[axis]) / 6,
    ];
    const [[x1 = 0, x2 = 0], [y1 = 0, y2 = 0]] = [bend(0), bend(1)];
    return `C${n(x1)} ${n(y1)} ${n(x2)} ${n(y2)} ${n(to[0])} ${n(to[1])}`;
  });
  return `M${n(at(0)[0])} ${n(at(0)[1])}${segments.join('')}`;
}

function renderStops(stops: readonly Stop[]): string {
  return stops
    .map(([at, colour, opacity = 1]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`)
    .join('');
}
