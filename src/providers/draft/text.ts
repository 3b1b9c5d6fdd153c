import { ADVANCE } from './font.js';
import { unitsOf } from './graphemes.js';
import { heightOf, type Line, truncate, wrap, wrapEvenly } from './wrap.js';

/** Words are set a little tighter than the font is spaced, as display sizes want. In em. */
export const TRACKING = -0.015;

/** Words set in lines. Lengths in pixels. */
export interface TextBlock {
  /** `middle`: from the top of the block to that of the line's height. */
  lines: readonly { text: string; middle: number }[];
  fontSize: number;
}

export interface TextBox {
  width: number;
  height: number;
  /** As large as fits is taken; what does not even fit at the smallest is cut off. */
  fontSize: { largest: number; smallest: number };
}

/** More is never visible, and laying it out would take time. In UTF-16 code units. */
const MAX_LENGTH = 4000;
/** From one font size that is tried to the next. */
const STEP = 0.95;

/** Sets a text as large as its box allows. Long words break, and what does not fit ends in an ellipsis. */
export function fitText(text: string, { width, height, fontSize: { largest, smallest } }: TextBox): TextBlock {
  const columnsAt = (size: number) => Math.max(Math.floor(width / (size * (ADVANCE + TRACKING))), 1);
  // Larger type needs less air between its lines.
  const lineHeightAt = (size: number) => size * (1.5 - (0.28 * (size - smallest)) / (largest - smallest));
  const paragraphs = text
    .slice(0, MAX_LENGTH)
    .split(/\n\s*\n/)
    .map(unitsOf)
    .filter((units) => units.length > 0);
  // A word that is longer than any line breaks at every size, so it does not decide the size.
  const words = paragraphs.flat().filter(({ cells }) => cells <= columnsAt(smallest));
  const longest = Math.max(1, ...words.map(({ cells }) => cells));

  for (let size = largest; size > smallest; size *= STEP) {
    const columns = columnsAt(size);
    if (columns >= longest && heightOf(wrap(paragraphs, columns)) * lineHeightAt(size) <= height) {
      return place(wrapEvenly(paragraphs, columns, longest), size, lineHeightAt(size));
    }
  }
  const columns = columnsAt(smallest);
  const lineHeight = lineHeightAt(smallest);
  return place(truncate(wrap(paragraphs, columns), height / lineHeight, columns), smallest, lineHeight);
}

function place(lines: readonly Line[], fontSize: number, lineHeight: number): TextBlock {
  let top = 0;
  return {
    fontSize,
    lines: lines.map(({ graphemes, above }) => {
      const middle = (top + above + 0.5) * lineHeight;
      top += above + 1;
      return { text: graphemes.map((grapheme) => grapheme.text).join(''), middle };
    }),
  };
}
