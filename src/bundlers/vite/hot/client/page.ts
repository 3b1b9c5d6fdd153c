import type { PromptImage } from '../../../../image/object.js';
import { createSuccessors, pairUrls, type Shown, urlsOf } from './successors.js';

const ATTRIBUTES = ['src', 'srcset', 'style', 'poster', 'href', 'imagesrcset'];
const SELECTOR = ATTRIBUTES.map((name) => `[${name}]`).join(',');

/** The document's elements that show images, whoever made them. */
export interface Page {
  /**
   * @param old the versions of an image that the page has shown until now
   * @param shown what all images of the page show from now on
   */
  exchange(old: Iterable<Shown>, next: PromptImage, shown: Iterable<Shown>): void;
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
      const urls = new Set(Array.from(shown, urlsOf).flat());
      for (const version of old) {
        for (const element of document.images) describe(element, version, next);
        successors.add(pairUrls(version, next), urls);
      }
      exchangeBelow(document);
      if (!observer) observe();
    },
  };
}

/** The facts beside the URL, where the page took them from the object. */
function describe(element: HTMLImageElement, old: Shown, next: PromptImage): void {
  if (!old.src || element.getAttribute('src') !== old.src) return;
  for (const name of ['alt', 'width', 'height'] as const) {
    if (element.getAttribute(name) === String(old[name])) element.setAttribute(name, String(next[name]));
  }
}
