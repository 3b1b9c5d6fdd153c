/** The family that the package brings along; what it has no glyph for comes from the system's fonts. */
export const FONT_FAMILY = 'Prompt Image Mono, monospace';
/** Width of each of its glyphs, in em. */
export const ADVANCE = 0.6;
/** Height of its capitals, in em. */
export const CAP_HEIGHT = 0.73;
