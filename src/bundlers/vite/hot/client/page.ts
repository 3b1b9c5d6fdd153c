import type { Shown } from '../channel.js';
import type { Pictures } from './pictures.js';
import { createSuccessors, pairUrls, urlsOf } from './successors.js';

const ATTRIBUTES = ['src', 'srcset', 'style', 'poster', 'href', 'imagesrcset'];
const SELECTOR = ATTRIBUTES.map((name) => `[${name}]`).join(',');

/** The document's elements that show images, whoever made them. */
export interface Page {
  /**
   * @param old the versions of a manifest's pictures that the page has shown until now
   * @param shown what all manifests of the page show from now on
   */
  exchange(old: Iterable<Pictures>, next: Pictures, shown: Iterable<Pictures>): void;
}

export function createPage(document: Document): Page {
  const successors = createSuccessors(document.location.origin);
  let observer: MutationObserver | undefined;

  function exchangeIn(element: Element): void {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (!value) continue;
      const next = successors.apply(value);
      if (next !== value) element.setAttribute(name, next);
    }
  }

  function exchangeBelow(root: ParentNode): void {
    for (const element of root.querySelectorAll(SELECTOR)) exchangeIn(element);
  }

  // For elements made later by code that took a URL out of the object before it changed.
  function observe(): void {
    observer = new MutationObserver((mutations) => {
      for (const { type, target, addedNodes } of mutations) {
        for (const node of type === 'attributes' ? [target] : addedNodes) {
          if (!(node instanceof Element)) continue;
          exchangeIn(node);
          if (type === 'childList') exchangeBelow(node);
        }
      }
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });
  }

  return {
    exchange(old, next, shown) {
      const urls = new Set([...shown].flatMap((pictures) => [...pictures.values()].flatMap(urlsOf)));
      for (const version of old) {
        const pairs = [...version].flatMap(([name, picture]): [Shown, Shown][] => {
          const successor = next.get(name);
          return successor ? [[picture, successor]] : [];
        });
        const bySrc = new Map(pairs.map((pair) => [pair[0].src, pair]));
        for (const element of document.images) {
          const pair = bySrc.get(element.getAttribute('src') ?? '');
          if (pair) describe(element, ...pair);
        }
        successors.add(
          pairs.flatMap((pair) => pairUrls(...pair)),
          urls,
        );
      }
      exchangeBelow(document);
      if (!observer) observe();
    },
  };
}

/** The facts beside the URL, where the page took them from the object. */
function describe(element: HTMLImageElement, old: Shown, next: Shown): void {
  for (const name of ['alt', 'width', 'height'] as const) {
    if (element.getAttribute(name) === String(old[name])) element.setAttribute(name, String(next[name]));
  }
}
