// What both sides encode: the library's defaults, written out for raw sharp.
export const WIDTHS = [320, 640, 960, 1376];
export const SIZE = { width: 1376, height: 768 };
export const ENCODERS = {
  avif: { quality: 50, effort: 3, lossless: false, chromaSubsampling: '4:4:4', bitdepth: 8 },
  webp: { quality: 75, effort: 4 },
  jpeg: { quality: 80, progressive: true, chromaSubsampling: '4:2:0', optimiseCoding: true },
};
