/** What a reader takes for one character. `cells`: its width in those of the monospace family. */
export interface Grapheme {
  text: string;
  cells: number;
}

/** What stays together on a line: a word, or one wide character, around which lines may break. */
export interface Unit {
  graphemes: readonly Grapheme[];
  cells: number;
  /** Whether a space stands before it. */
  spaced: boolean;
}

/** The scripts of the family, one cell each. All others count two, which is as wide as glyphs of fallback fonts get. */
const ONE_CELL = /^[\u0020-\u058f\u1e00-\u1eff\u2010-\u205e\u20a0-\u20bf\u2100-\u22ff\u2500-\u25ff\ufffd]/;

/** Takes a text apart for wrapping. White space of any kind counts as one space; what XML cannot hold is replaced. */
export function unitsOf(text: string): Unit[] {
  // Not at the top: it loads data for some milliseconds, of which a build without drafts has no use.
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const units: Unit[] = [];
  let word: Grapheme[] = [];
  let spaced = false;
  const close = () => {
    if (word.length > 0) units.push({ graphemes: word, cells: cellsOf(word), spaced });
    if (word.length > 0) spaced = false;
    word = [];
  };
  for (const { segment } of segmenter.segment(tidy(text))) {
    const wide = !ONE_CELL.test(segment);
    if (segment === ' ' || wide) close();
    if (segment === ' ') spaced = true;
    else word.push({ text: segment, cells: wide ? 2 : 1 });
    if (wide) close();
  }
  close();
  return units;
}

export function cellsOf(graphemes: readonly Grapheme[]): number {
  return graphemes.reduce((sum, { cells }) => sum + cells, 0);
}

/** XML 1.0 has no control characters, lone surrogates or noncharacters, not even escaped. */
function tidy(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .trim();
}
