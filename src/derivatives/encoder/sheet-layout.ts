import type { Size } from '../../image/plan.js';
import { escapeXml } from '../../image/xml.js';
import { ADVANCE, FONT_FAMILY } from '../../providers/draft/font.js';
import { cellsOf, type Grapheme, unitsOf } from '../../providers/draft/graphemes.js';
import type { SheetJob } from './operations.js';

/** A contact sheet without its pictures: the ground with mats and labels, and where each picture comes to stand. */
export interface SheetLayout extends Size {
  svg: string;
  /** Top left corner of each cell's picture, in the order of the cells. */
  corners: readonly { left: number; top: number }[];
}

/** Words of a cell: what its picture is called, and below it in smaller type what there is to say of it. */
type Cell = Pick<SheetJob['cells'][number], 'label' | 'mark'> & { picture: Size | undefined };

const colours = { ground: '#18181b', mat: '#27272a', words: '#fafafa', remarks: '#a1a1aa', mark: '#fbbf24' };

/** In pixels. */
const MARGIN = 28;
const GAP = 24;
const RING = 4;
const RADIUS = 6;
const title = { size: 22, height: 30 };
const remark = { size: 15, height: 21 };
const ABOVE_WORDS = 12;
/** Of a column: room for a name and a date. */
const NARROWEST = 180;
/** The height of a row that has no picture, in relation to its width. */
const EMPTY_RATIO = 0.6;

/** Rows of a sheet that one scrolls through. */
const MOST_ROWS = 20;

/**
 * Cells in a row. Few stand side by side, more as a square.
 *
 * @param group so many stay beside each other: then in as few columns as give not too many rows
 */
export function columnsFor(cells: number, group?: number): number {
  if (group === undefined) return cells <= 4 ? Math.max(1, cells) : Math.ceil(Math.sqrt(cells));
  const groups = Math.ceil(cells / group);
  const rows = Math.max(MOST_ROWS, Math.ceil(Math.sqrt(groups * group)));
  return group * Math.max(1, Math.ceil(groups / rows));
}

/** @param cells each with the size that its picture is shown at */
export function layOut(cells: readonly Cell[], columns: number): SheetLayout {
  const width = Math.max(NARROWEST, ...cells.map(({ picture }) => picture?.width ?? 0));
  const corners: { left: number; top: number }[] = [];
  const parts: string[] = [];
  let top = MARGIN;
  for (let first = 0; first < cells.length; first += columns) {
    const row = cells.slice(first, first + columns);
    const height = Math.max(...row.map(({ picture }) => picture?.height ?? 0)) || Math.round(width * EMPTY_RATIO);
    for (const [column, cell] of row.entries()) {
      const left = MARGIN + column * (width + GAP);
      const { picture = { width: 0, height: 0 } } = cell;
      corners.push({
        left: left + Math.floor((width - picture.width) / 2),
        top: top + Math.floor((height - picture.height) / 2),
      });
      parts.push(drawCell(cell, { left, top, width, height }));
    }
    top += height + ABOVE_WORDS + Math.max(...row.map(heightOfWords)) + GAP;
  }
  const size = { width: 2 * MARGIN + columns * width + (columns - 1) * GAP, height: top - GAP + MARGIN };
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="${FONT_FAMILY}">`,
    `<rect width="100%" height="100%" fill="${colours.ground}"/>`,
    ...parts,
    '</svg>',
  ].join('');
  return { ...size, svg, corners };
}

interface Box extends Size {
  left: number;
  top: number;
}

function drawCell({ label, mark, picture }: Cell, { left, top, width, height }: Box): string {
  const parts: string[] = [];
  if (mark) {
    const [x, y, w, h] = [left - RING, top - RING, width + 2 * RING, height + 2 * RING];
    parts.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${RADIUS}" fill="${colours.mark}"/>`);
  }
  parts.push(`<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colours.mat}"/>`);
  if (!picture) {
    const middle = `x="${left + width / 2}" y="${top + height / 2 + title.size / 3}" text-anchor="middle"`;
    parts.push(`<text ${middle} font-size="${title.size}" fill="${colours.remarks}">—</text>`);
  }
  const [name = '', ...remarks] = label.split('\n');
  const write = (text: string, { size }: typeof title, baseline: number, fill: string) =>
    `<text x="${left}" y="${baseline}" font-size="${size}" fill="${fill}">${escapeXml(shorten(text, width, size))}</text>`;
  let baseline = top + height + ABOVE_WORDS + title.size;
  parts.push(write(name, title, baseline, mark ? colours.mark : colours.words));
  for (const text of remarks) {
    baseline += remark.height;
    parts.push(write(text, remark, baseline, colours.remarks));
  }
  return parts.join('');
}

function heightOfWords({ label }: Cell): number {
  return title.height + (label.split('\n').length - 1) * remark.height;
}

/** What does not fit is left out in the middle: paths differ at their ends. */
function shorten(text: string, width: number, size: number): string {
  const graphemes = unitsOf(text).flatMap(({ graphemes: word, spaced }) => (spaced ? [SPACE, ...word] : word));
  const room = Math.floor(width / (size * ADVANCE));
  if (cellsOf(graphemes) <= room) return render(graphemes);
  const head = take(graphemes, Math.floor(room / 3));
  const tail = take(graphemes.toReversed(), room - 1 - cellsOf(head)).reverse();
  return `${render(head)}…${render(tail)}`;
}

const SPACE: Grapheme = { text: ' ', cells: 1 };

/** As many from the start as fit so many cells. */
function take(graphemes: readonly Grapheme[], cells: number): Grapheme[] {
  let left = cells;
  const end = graphemes.findIndex((grapheme) => {
    left -= grapheme.cells;
    return left < 0;
  });
  return graphemes.slice(0, end);
}

function render(graphemes: readonly Grapheme[]): string {
  return graphemes.map(({ text }) => text).join('');
}
