/** The formats that pictures are published in, one row each. Adding one is adding a row and an encoder. */
export const formats = {
  avif: { extension: 'avif', mimeType: 'image/avif' },
  webp: { extension: 'webp', mimeType: 'image/webp' },
  jpeg: { extension: 'jpg', mimeType: 'image/jpeg' },
  png: { extension: 'png', mimeType: 'image/png' },
} as const satisfies Record<string, { extension: string; mimeType: `image/${string}` }>;

export type OutputFormat = keyof typeof formats;
export const outputFormats = Object.keys(formats) as [OutputFormat, ...OutputFormat[]];
