/** The formats that pictures are published in, one row each. Adding one is adding a row and an encoder. */
export const formats = {
  avif: { extension: 'avif', mimeType: 'image/avif' },
  webp: { extension: 'webp', mimeType: 'image/webp' },
  jpeg: { extension: 'jpg', mimeType: 'image/jpeg' },
  png: { extension: 'png', mimeType: 'image/png' },
} as const satisfies Record<string, { extension: string; mimeType: `image/${string}` }>;

export type OutputFormat = keyof typeof formats;
export const outputFormats = Object.keys(formats) as [OutputFormat, ...OutputFormat[]];

/** The format that a file's name asks for; `undefined` for one that pictures are not published in. */
export function formatOfName(name: string): OutputFormat | undefined {
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
  return outputFormats.find((format) => format === extension || formats[format].extension === extension);
}
