import type { Size } from '../../image/plan.js';
import { markSize, renderMark } from './mark.js';

/** On any picture, bright or dark: a near-black capsule with a thin light edge. */
const style = { fill: '#16161c', ink: '#fafafa', accent: '#ffc145' };

/**
 * An SVG document of the picture's size, transparent but for a small badge in its top left corner: the prompt has
 * changed since this picture was made.
 */
export function staleBadge({ width, height }: Size): string {
  const fontSize = Math.max(markSize({ width, height }), Math.min(11, width * 0.12));
  const margin = fontSize * 0.8;
  const mark = renderMark('STALE', 'again', { x: margin, y: margin }, { fontSize, ...style });
  const edge = fontSize * 0.06;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect x="${margin - edge / 2}" y="${margin - edge / 2}" width="${mark.width + edge}" height="${mark.height + edge}" rx="${(mark.height + edge) / 2}" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="${edge}"/>`,
    mark.svg,
    '</svg>',
  ].join('');
}
