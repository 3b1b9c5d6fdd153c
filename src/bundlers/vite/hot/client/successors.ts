import type { Shown } from '../channel.js';

/** Every URL of a picture and every srcset, each with what takes its place. */
export function pairUrls(old: Shown, next: Shown): [string, string][] {
  const pairs: [string | undefined, string | undefined][] = [
    [old.src, next.src],
    [old.srcset, next.srcset],
    ...pairCandidates(old.srcset, next.srcset),
    ...Object.entries(old.sources ?? {}).flatMap(([format, srcset]) => {
      const successor = next.sources?.[format] ?? next.srcset;
      return [[srcset, successor] as [string, string | undefined], ...pairCandidates(srcset, successor)];
    }),
    [old.blurDataURL, next.blurDataURL],
  ];
  return pairs.filter((pair): pair is [string, string] => Boolean(pair[0] && pair[1]));
}

/** Every string that a picture shows now. */
export function urlsOf(image: Shown): string[] {
  const srcsets = [image.srcset, ...Object.values(image.sources ?? {})].filter((srcset) => srcset !== undefined);
  const urls = srcsets.flatMap((srcset) => parseSrcset(srcset).map(({ url }) => url));
  return [image.src, image.blurDataURL, ...srcsets, ...urls].filter((url) => url !== undefined);
}

function pairCandidates(old = '', next = ''): [string, string][] {
  const successors = parseSrcset(next);
  return parseSrcset(old).flatMap(({ url, size }): [string, string][] => {
    const [nearest] = successors.toSorted((a, b) => Math.abs(a.size - size) - Math.abs(b.size - size));
    return nearest ? [[url, nearest.url]] : [];
  });
}

/** Of srcsets that this plugin wrote: `url 320w, url 640w` or `url 1x, url 2x`. */
function parseSrcset(srcset: string): { url: string; size: number }[] {
  return srcset.split(', ').flatMap((candidate) => {
    const [url, descriptor] = candidate.split(' ');
    return url ? [{ url, size: Number.parseFloat(descriptor ?? '1') }] : [];
  });
}

/** Old URLs and what stands for them now, over all updates so far. */
export interface Successors {
  /** @param shown every URL that some image shows now: none of them is out of date, whatever became of it elsewhere */
  add(pairs: [string, string][], shown: ReadonlySet<string>): void;
  /** An attribute's value with every old URL exchanged, srcsets and CSS included. */
  apply(value: string): string;
}

export function createSuccessors(origin: string): Successors {
  const successors = new Map<string, string>();

  function exchange(token: string): string {
    const successor = successors.get(token);
    if (successor !== undefined || !token.startsWith(`${origin}/`)) return successor ?? token;
    const path = token.slice(origin.length);
    return origin + (successors.get(path) ?? path);
  }

  return {
    add(pairs, shown) {
      const fresh = new Map<string, string>();
      for (const [old, next] of pairs) {
        if (old !== next && !fresh.has(old)) fresh.set(old, next);
      }
      for (const [older, old] of successors) successors.set(older, fresh.get(old) ?? old);
      for (const [old, next] of fresh) successors.set(old, next);
      for (const url of shown) successors.delete(url);
    },
    apply(value) {
      // A srcset as a whole first: the widths of the new one may be others.
      return successors.get(value) ?? value.replace(/[^\s"'()]*[^\s"'(),]/g, exchange);
    },
  };
}
