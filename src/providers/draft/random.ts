import { createHash } from 'node:crypto';

/** Numbers that look random and are always the same for a seed. */
export interface Random {
  /** At least `from`, below `to`. */
  between: (from: number, to: number) => number;
  /** @param from at least one */
  pick: <T>(from: readonly T[]) => T;
}

export function createRandom(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE();
  // mulberry32: 32 bits of state are plenty for a few dozen numbers.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + next() * (to - from),
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
  };
}
