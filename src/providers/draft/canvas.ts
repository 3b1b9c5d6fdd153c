import type { Palette } from './palette.js';
import type { Random } from './random.js';

/** Where a composition is painted. Lengths in pixels. */
export interface Canvas {
  width: number;
  height: number;
  /** The side of a square of the same area: what sizes are measured by. */
  unit: number;
  /** The part that stays free of words. Only here may the accent appear. */
  clear: { left: number; top: number; right: number; bottom: number };
  palette: Palette;
  random: Random;
}

/** Paints a fragment of SVG over the whole canvas. */
export type Composition = (canvas: Canvas) => string;

/** Where the eye should go, and the radius of a disc there that stays within the clear part. */
export function focusOf({ clear: { left, top, right, bottom }, unit }: Canvas): {
  x: number;
  y: number;
  radius: number;
} {
  return { x: (left + right) / 2, y: (top + bottom) / 2, radius: Math.min(unit * 0.2, (bottom - top) * 0.36) };
}

/** Tenths of a pixel are fine enough, and keep the document small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A gradient across a shape, at an angle in degrees: 0 runs to the right, 90 down. */
export function gradient(id: string, from: string, to: string, degrees: number): string {
  const part = (value: number) => Math.round((0.5 + value / 2) * 1000) / 1000;
  const [x, y] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    `<linearGradient id="${id}" x1="${part(-x)}" y1="${part(-y)}" x2="${part(x)}" y2="${part(y)}">`,
    `<stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`,
  ].join('');
}

export function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}"/>`;
}

export function rectangle(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  const corner = radius > 0 ? ` rx="${round(radius)}"` : '';
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${corner} fill="${fill}"/>`;
}
