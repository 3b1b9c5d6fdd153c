import type { OutputFormat } from './formats.js';
import type { Output } from './output.js';

export type EncoderOptions = Record<string, string | number | boolean>;

/**
 * Every option of sharp's encoder for a format, none left to its defaults: bytes must not change because a library changed
 * its mind. Also part of the derived files' cache key.
 *
 * @see https://sharp.pixelplumbing.com/api-output/
 */
export function encoderOptions(format: OutputFormat, { quality, effort }: Output): EncoderOptions {
  return encoders[format](quality, effort);
}

const encoders = {
  avif: (quality, effort) => ({
    quality: quality.avif,
    effort: effort.avif,
    lossless: false,
    chromaSubsampling: '4:4:4',
    bitdepth: 8,
    tune: 'auto',
  }),
  webp: (quality) => ({
    quality: quality.webp === 'lossless' ? 100 : quality.webp,
    lossless: quality.webp === 'lossless',
    alphaQuality: 100,
    nearLossless: false,
    smartSubsample: false,
    smartDeblock: false,
    preset: 'default',
    effort: 4,
    exact: false,
  }),
  jpeg: (quality) => ({
    quality: quality.jpeg,
    progressive: true,
    chromaSubsampling: '4:2:0',
    optimiseCoding: true,
    trellisQuantisation: false,
    overshootDeringing: false,
    optimiseScans: false,
    quantisationTable: 0,
  }),
  png: () => ({ compressionLevel: 9, adaptiveFiltering: true, progressive: false, palette: false }),
} satisfies Record<OutputFormat, (quality: Output['quality'], effort: Output['effort']) => EncoderOptions>;
