import { cellsOf, type Grapheme, type Unit } from './graphemes.js';

export interface Line {
  graphemes: readonly Grapheme[];
  /** Free space above it, in line heights. */
  above: number;
}

/** Between paragraphs: enough to tell them apart. In line heights. */
const PARAGRAPH_GAP = 0.45;
/** Up to this many lines get even lengths; a longer text reads better filled. */
const MAX_BALANCED = 6;

/** Lines of at most so many cells. A word that is longer than a line breaks at its end. */
export function wrap(paragraphs: readonly (readonly Unit[])[], columns: number): Line[] {
  return paragraphs.flatMap((units, paragraph) =>
    wrapParagraph(units, columns).map((graphemes, index) => ({
      graphemes,
      above: paragraph > 0 && index === 0 ? PARAGRAPH_GAP : 0,
    })),
  );
}

/** In line heights. */
export function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { above }) => sum + 1 + above, 0);
}

/**
 * The narrowest lines that are no more than those of `columns`, so that no word is left alone in the last one.
 * @param narrowest not narrower than this, in cells
 */
export function wrapEvenly(paragraphs: readonly (readonly Unit[])[], columns: number, narrowest: number): Line[] {
  let best = wrap(paragraphs, columns);
  if (best.length > MAX_BALANCED) return best;
  for (let narrower = columns - 1; narrower >= narrowest; narrower--) {
    const next = wrap(paragraphs, narrower);
    if (next.length > best.length) break;
    best = next;
  }
  return best;
}

/** What fits a height, in line heights; at least a line. An ellipsis says that there is more. */
export function truncate(lines: readonly Line[], height: number, columns: number): Line[] {
  let count = lines.length;
  while (count > 1 && heightOf(lines.slice(0, count)) > height) count--;
  const kept = lines.slice(0, count);
  const last = kept.at(-1);
  if (!last || count === lines.length) return kept;
  const graphemes = [...last.graphemes];
  while (cellsOf(graphemes) >= columns || /^[\p{P}\s]$/u.test(graphemes.at(-1)?.text ?? '')) graphemes.pop();
  return [...kept.slice(0, -1), { ...last, graphemes: [...graphemes, { text: '…', cells: 1 }] }];
}

function wrapParagraph(units: readonly Unit[], columns: number): Grapheme[][] {
  let line: Grapheme[] = [];
  let used = 0;
  const lines = [line];
  const add = (grapheme: Grapheme) => {
    if (used > 0 && used + grapheme.cells > columns) startLine();
    line.push(grapheme);
    used += grapheme.cells;
  };
  const startLine = () => {
    line = [];
    used = 0;
    lines.push(line);
  };
  for (const { graphemes, cells, spaced } of units) {
    const space = spaced && used > 0;
    if (used > 0 && used + (space ? 1 : 0) + cells > columns) startLine();
    else if (space) add({ text: ' ', cells: 1 });
    for (const grapheme of graphemes) add(grapheme);
  }
  return lines;
}
