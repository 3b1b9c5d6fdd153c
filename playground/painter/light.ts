/** The colours of an hour. Far things take on `mist`, near ones `ink`. */
export interface Light {
  /** From the zenith down to the horizon. */
  sky: readonly [string, string, string, string];
  /** The sun's or the moon's face, and what it casts on air, water and slopes. */
  disc: string;
  glow: string;
  mist: string;
  ink: string;
  /** Lit rock, snow, walls. */
  pale: string;
  sand: string;
  /** Sand turned away from the sun. */
  shade: string;
  leaf: string;
  stars: boolean;
}

const hours = {
  dusk: {
    sky: ['#1c3a56', '#4d7085', '#d8a08c', '#f8cfa2'],
    disc: '#ff8662',
    glow: '#ffc08a',
    mist: '#c99f98',
    ink: '#0f2233',
    pale: '#f7e3cd',
    sand: '#cf7a55',
    shade: '#4a3556',
    leaf: '#1d4547',
    stars: false,
  },
  dawn: {
    sky: ['#6d93b4', '#a9c0cf', '#f2cfc2', '#fdebd0'],
    disc: '#fff0d2',
    glow: '#ffcfae',
    mist: '#d9bfc2',
    ink: '#1f3a53',
    pale: '#fdeee2',
    sand: '#eba988',
    shade: '#6f6486',
    leaf: '#3b6268',
    stars: false,
  },
  day: {
    sky: ['#7fb0bd', '#b3d2d2', '#e3ead9', '#f6efd9'],
    disc: '#fffaf0',
    glow: '#fff3cf',
    mist: '#c3d3cc',
    ink: '#1d4450',
    pale: '#fbf5e6',
    sand: '#e8a866',
    shade: '#545f8a',
    leaf: '#2f6a5c',
    stars: false,
  },
  night: {
    sky: ['#081326', '#102a45', '#24506a', '#4e8190'],
    disc: '#f4f1df',
    glow: '#cfe3dc',
    mist: '#4a7585',
    ink: '#050d1b',
    pale: '#c7d8dc',
    sand: '#5d7186',
    shade: '#0f2037',
    leaf: '#123240',
    stars: true,
  },
} as const satisfies Record<string, Light>;

/** The words that a prompt may say it in; the first hour that it names counts. */
const words: readonly [RegExp, keyof typeof hours][] = [
  [/\b(night|midnight|moonlit|moonlight|stars?|starry)\b/, 'night'],
  [/\b(dusk|sunset|evening|twilight|golden hour)\b/, 'dusk'],
  [/\b(dawn|sunrise|first light|daybreak)\b/, 'dawn'],
];

export function lightOf(prompt: string): Light {
  const [, hour] = words.find(([pattern]) => pattern.test(prompt)) ?? [];
  return hours[hour ?? 'day'];
}
