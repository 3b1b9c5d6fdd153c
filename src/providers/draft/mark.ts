import { rectangle, round } from './canvas.js';
import { ADVANCE, CAP_HEIGHT, FONT_FAMILY } from './font.js';

/** A word in a capsule that says what kind of picture this is. Lengths in pixels. */
export interface Mark {
  svg: string;
  width: number;
  height: number;
}

export interface MarkStyle {
  fontSize: number;
  /** Colours of the capsule, of the word, and of the icon. */
  fill: string;
  ink: string;
  accent: string;
}

/** In a square of 1 around the origin, to be coloured by `color`. */
const icons = {
  /** Half a disc in a ring: under way. */
  underway:
    '<circle r=".42" fill="none" stroke="currentColor" stroke-width=".12"/><path d="M0 -.25A.25 .25 0 0 1 0 .25Z" fill="currentColor"/>',
  /** An arrow that comes round: due again. */
  again:
    '<path d="M.31 -.27A.41 .41 0 1 0 .41 .08" fill="none" stroke="currentColor" stroke-width=".13" stroke-linecap="round"/><path d="M.5 -.52V-.08H.06Z" fill="currentColor"/>',
};

/** Capitals want air. In em. */
const LETTER_SPACING = 0.08;
/**
 * A font size as part of the picture's width with which capitals are still read where the picture is shown 320 pixels
 * wide: 10.5 pixels there.
 */
const LEGIBLE_SIZE = 10.5 / 320;

/** In pixels; less where the picture is wide and low. */
export function markSize({ width, height }: { width: number; height: number }): number {
  return Math.min(width * LEGIBLE_SIZE, height * 0.09);
}

/** @param corner top left, in pixels @param word capital letters */
export function renderMark(
  word: string,
  icon: keyof typeof icons,
  corner: { x: number; y: number },
  { fontSize, fill, ink, accent }: MarkStyle,
): Mark {
  const [padding, iconSize, gap, height] = [0.62, 0.82, 0.38, 1.72].map((em) => em * fontSize) as [
    number,
    number,
    number,
    number,
  ];
  const textWidth = (word.length * (ADVANCE + LETTER_SPACING) - LETTER_SPACING) * fontSize;
  const width = padding + iconSize + gap + textWidth + padding * 1.15;
  const middle = corner.y + height / 2;
  const [iconX, textX] = [corner.x + padding + iconSize / 2, corner.x + padding + iconSize + gap];
  const svg = [
    rectangle(corner.x, corner.y, width, height, fill, height / 2),
    `<g color="${accent}" transform="translate(${round(iconX)} ${round(middle)}) scale(${round(iconSize)})">${icons[icon]}</g>`,
    `<text x="${round(textX)}" y="${round(middle + (CAP_HEIGHT / 2) * fontSize)}" font-family="${FONT_FAMILY}"`,
    ` font-size="${round(fontSize)}" letter-spacing="${LETTER_SPACING}em" fill="${ink}">${word}</text>`,
  ].join('');
  return { svg, width, height };
}
