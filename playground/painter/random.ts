/** The same seed gives the same numbers on every machine. */
export interface Random {
  /** From `low` up to, not including, `high`. */
  between: (low: number, high: number) => number;
  pick: <T>(items: readonly [T, ...T[]]) => T;
  /** A smooth curve through random heights from -1 to 1, one at each integer; detail is added an octave at a time. */
  curve: (octaves: number) => (x: number) => number;
  /** An integer, for what wants a seed of its own. */
  seed: () => number;
}

export function createRandom(seed: string): Random {
  const next = mulberry32(fnv1a(seed));
  const integer = () => Math.floor(next() * 2 ** 31);
  return {
    between: (low, high) => low + (high - low) * next(),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    curve: (octaves) => fractal(integer(), octaves),
    seed: integer,
  };
}

function fractal(seed: number, octaves: number): (x: number) => number {
  const lattice = (octave: number, x: number) => mulberry32(seed + octave * 7919 + x * 104_729)() * 2 - 1;
  return (x) => {
    let height = 0;
    for (let octave = 0; octave < octaves; octave++) {
      const at = x * 2 ** octave;
      const left = Math.floor(at);
      const part = at - left;
      const ease = part * part * (3 - 2 * part);
      height += (lattice(octave, left) * (1 - ease) + lattice(octave, left + 1) * ease) / 2 ** octave;
    }
    return height / 1.6;
  };
}

/** @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
