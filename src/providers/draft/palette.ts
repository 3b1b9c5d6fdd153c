import { contrast, type Oklch, toHex } from './colour.js';
import type { Random } from './random.js';

/** The colours of one draft, as `#rrggbb`. */
export interface Palette {
  /** From the ground up, in even steps. Words in `ink` are legible on each and on what lies between. */
  tones: readonly [string, string, string, string];
  /** The brightest spot; not for words to stand on. */
  accent: string;
  ink: string;
}

/** WCAG AA for text of any size. @see https://www.w3.org/TR/WCAG22/#contrast-minimum */
const LEGIBLE = 4.5;

/** Hues in degrees, from the ground to the accent: ways that do not cross the olives and browns. */
const hues = [
  [285, 400], // indigo, plum, coral
  [262, 190], // blue, teal
  [225, 165], // lagoon, green
  [345, 410], // rose, amber
  [305, 350], // violet, pink
  [250, 310], // blue, violet
  [280, 175], // night, aurora
  [15, 65], // brick, sand
  [250, 425], // dusk, violet, sun
  [235, 220], // slate
] as const;

/** Lightness and chroma: of the tones from `ground` to `upper`, of the accent, of the words. A dark one and a light one. */
const schemes = [
  { ground: [0.23, 0.06], upper: [0.52, 0.15], accent: [0.74, 0.165], ink: [0.975, 0.012] },
  { ground: [0.965, 0.02], upper: [0.81, 0.105], accent: [0.7, 0.17], ink: [0.26, 0.05] },
] as const;

export function createPalette(random: Random): Palette {
  const [from, to] = random.pick(hues);
  const { ground, upper, accent, ink } = random.pick(schemes);
  const drift = random.between(-8, 8);
  const words = { lightness: ink[0], chroma: ink[1], hue: from + drift };
  const tone = (at: number) => {
    const [lightness, chroma] = [mix(ground[0], upper[0], at), mix(ground[1], upper[1], at)];
    // The last part of the way belongs to the accent.
    return toHex(legible({ lightness, chroma, hue: mix(from, to, at * 0.75) + drift }, words));
  };
  return {
    tones: [tone(0), tone(1 / 3), tone(2 / 3), tone(1)],
    accent: toHex({ lightness: accent[0], chroma: accent[1], hue: to + drift }),
    ink: toHex(words),
  };
}

/** Moves a colour away from the words on it until they can be read. */
function legible(colour: Oklch, words: Oklch): Oklch {
  const away = words.lightness > colour.lightness ? -0.01 : 0.01;
  let { lightness } = colour;
  while (contrast({ ...colour, lightness }, words) < LEGIBLE) lightness += away;
  return { ...colour, lightness };
}

function mix(from: number, to: number, at: number): number {
  return from + (to - from) * at;
}
