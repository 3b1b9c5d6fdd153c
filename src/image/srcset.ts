// Of srcsets as `createImage` writes them: `url 320w, url 640w` or `url 1x, url 2x`.

/** Whether its files are told apart by width rather than by density. */
export function isByWidth(srcset: string): boolean {
  return / \d+w$/.test(srcset);
}

/**
 * A srcset that means the same to a browser whatever is in its URLs: a public path may have spaces, at which it would take one
 * candidate for two.
 */
export function encodeSrcset(srcset: string): string {
  const candidates = srcset.split(/(?<= [\d.]+[wx]), /).map((candidate) => {
    const [, url = candidate, descriptor = ''] = /^(.*)( [\d.]+[wx])$/s.exec(candidate) ?? [];
    return encodeUrl(url) + descriptor;
  });
  return candidates.join(', ');
}

/** A URL without what ends one inside a srcset: spaces anywhere, and a comma at either end. */
export function encodeUrl(url: string): string {
  return url.replace(/\s|^,+|,+$/g, encodeURIComponent);
}
