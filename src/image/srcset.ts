// Of srcsets as `createImage` writes them: `url 320w, url 640w` or `url 1x, url 2x`.

/** Whether its files are told apart by width rather than by density. */
export function isByWidth(srcset: string): boolean {
  return / \d+w$/.test(srcset);
}

/** Its files in their order. @returns widths in pixels where it goes by width */
export function parseSrcset(srcset: string): { url: string; width?: number }[] {
  return candidatesOf(srcset).map(({ url, descriptor }) => {
    const [, width] = /^ (\d+)w$/.exec(descriptor) ?? [];
    return width === undefined ? { url } : { url, width: Number(width) };
  });
}

/**
 * A srcset that means the same to a browser whatever is in its URLs. A public path may have spaces, which end a URL there, as a comma
 * does at its end.
 */
export function encodeSrcset(srcset: string): string {
  return candidatesOf(srcset)
    .map(({ url, descriptor }) => encodeSpaces(url).replace(/^,+|,+$/g, encodeURIComponent) + descriptor)
    .join(', ');
}

function candidatesOf(srcset: string): { url: string; descriptor: string }[] {
  return srcset.split(/(?<= [\d.]+[wx]), /).map((candidate) => {
    const [, url = candidate, descriptor = ''] = /^(.*)( [\d.]+[wx])$/s.exec(candidate) ?? [];
    return { url, descriptor };
  });
}

/** A URL as a browser would read it anyway, where it stands alone. */
export function encodeSpaces(url: string): string {
  return url.replace(/\s/g, encodeURIComponent);
}
