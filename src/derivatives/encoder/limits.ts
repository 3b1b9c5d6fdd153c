/** Bytes of a picture file that is read. Ten times a large 4K photograph; what is more is a mistake or an attack. */
export const MAX_BYTES = 50_000_000;

/** Pixels that are decoded: 300 MB in memory. Six times the largest picture that an image model makes (4K, 16 megapixels). */
export const MAX_PIXELS = 100_000_000;

/** Longest side in pixels of a reference picture that leaves the machine. */
export const MAX_REFERENCE_SIDE = 2048;
