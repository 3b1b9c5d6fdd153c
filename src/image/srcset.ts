// Of srcsets as `createImage` writes them: `url 320w, url 640w` or `url 1x, url 2x`.

/** Whether its files are told apart by width rather than by density. */
export function isByWidth(srcset: string): boolean {
  return / \d+w$/.test(srcset);
}

/**
 * A srcset that means the same to a browser whatever is in its URLs. A public path may have spaces, which end a URL there, as a comma
 * does at its end.
 */
export function encodeSrcset(srcset: string): string {
  const candidates = srcset.split(/(?<= [\d.]+[wx]), /).map((candidate) => {
    const [, url = candidate, descriptor = ''] = /^(.*)( [\d.]+[wx])$/s.exec(candidate) ?? [];
    return encodeSpaces(url).replace(/^,+|,+$/g, encodeURIComponent) + descriptor;
  });
  return candidates.join(', ');
}

/** A URL as a browser would read it anyway, where it stands alone. */
export function encodeSpaces(url: string): string {
  return url.replace(/\s/g, encodeURIComponent);
}
