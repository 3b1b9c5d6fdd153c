import type { Size } from '../../image/plan.js';
import { escapeXml } from '../../image/xml.js';
import { round } from './canvas.js';
import { compositions } from './compositions.js';
import { ADVANCE, CAP_HEIGHT, FONT_FAMILY } from './font.js';
import { markSize, renderMark } from './mark.js';
import { createPalette } from './palette.js';
import { createRandom } from './random.js';
import { fitText, TRACKING } from './text.js';

export interface DraftContent {
  prompt: string;
  /** Beside the mark, for example `16:9`. */
  label: string;
  /** At the foot: how the picture is made that this one stands in for. */
  hint: string;
  /** Decides colours and composition. */
  seed: string;
}

/** A draft as an SVG document: the mark, the words below it, a composition where they leave room. */
export function renderDraft({ prompt, label, hint, seed }: DraftContent, size: Size): string {
  const { width, height } = size;
  const random = createRandom(seed);
  const palette = createPalette(random);
  const { tones, ink } = palette;
  const unit = Math.sqrt(width * height);
  const [margin, gap] = [unit * 0.062, unit * 0.035];
  const hintSize = Math.min(unit * 0.0215, (width - 2 * margin) / (hint.length * ADVANCE));
  const fontSize = markSize(size);
  // The band that a crop to 4:1 leaves. The mark stands in it, so that every crop of a usual shape shows it.
  const band = Math.max(0, height / 2 - width / 8);
  const corner = { x: margin, y: Math.max(margin, band + fontSize / 2) };
  const mark = renderMark('DRAFT', 'underway', corner, { fontSize, fill: ink, ink: tones[0], accent: tones[0] });

  const landscape = width > height * 1.15;
  const clear = landscape
    ? { left: width * 0.68, top: 0, right: width, bottom: height }
    : { left: 0, top: 0, right: width, bottom: corner.y - gap };
  const compose = random.pick(compositions);
  const wordsTop = corner.y + mark.height + gap;
  const words = fitText(prompt, {
    width: landscape ? width * 0.6 : width - 2 * margin,
    height: height - margin - hintSize - gap - wordsTop,
    fontSize: { largest: unit * 0.088, smallest: unit * 0.022 },
  });

  const text = (content: string, x: number, middle: number, px: number, more = '') =>
    `<text x="${round(x)}" y="${round(middle + (CAP_HEIGHT / 2) * px)}" font-size="${round(px)}"${more}>${escapeXml(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<linearGradient id="ground" x1="1" y1="0" x2="0" y2="1"><stop stop-color="${tones[2]}"/>`,
    `<stop offset=".55" stop-color="${tones[1]}"/><stop offset="1" stop-color="${tones[0]}"/></linearGradient>`,
    `<rect width="${width}" height="${height}" fill="url(#ground)"/>`,
    compose({ width, height, unit, clear, palette, random }),
    mark.svg,
    `<g font-family="${FONT_FAMILY}" fill="${ink}">`,
    text(label, margin + mark.width + fontSize * 0.6, corner.y + mark.height / 2, fontSize),
    ...words.lines.map((line) =>
      text(line.text, margin, wordsTop + line.middle, words.fontSize, ` letter-spacing="${TRACKING}em"`),
    ),
    text(hint, margin, height - margin - hintSize * 0.4, hintSize),
    '</g></svg>',
  ].join('');
}
