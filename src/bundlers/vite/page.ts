import type { DefaultTreeAdapterTypes } from 'parse5';
import { replaceAsync } from './replace.js';

/** Where pages name a file that they show, in the elements that Vite looks at. */
const ATTRIBUTES = new Set(['src', 'srcset', 'imagesrcset', 'poster', 'href', 'content']);
/** What they name is another page, or code. */
const OTHERS = new Set(['a', 'area', 'base', 'script']);

/**
 * Exchanges URLs in a page. What is in its styles is the stylesheets'.
 *
 * @param urlFor what stands in a URL's place; `undefined` leaves it
 */
export async function replaceInPage(
  html: string,
  urlFor: (url: string) => Promise<string | undefined>,
): Promise<string> {
  // Few pages name images, and what parses them is larger than all of the plugin for a bundler.
  const { parse } = await import('parse5');
  const replaced: { start: number; end: number; text: string }[] = [];
  // Without scripts <noscript> has elements, of which browsers show what they name.
  const document = parse(html, { sourceCodeLocationInfo: true, scriptingEnabled: false });
  for (const { name, value, start, end } of attributesIn(document)) {
    // Of a srcset each candidate's URL; its descriptor and the commas name nothing.
    const text = await replaceAsync(value, /[^\s,]+/g, async ([url]) => (await urlFor(url)) ?? url);
    if (text !== value) replaced.push({ start, end, text: `${name}="${text.replaceAll('"', '&quot;')}"` });
  }
  // From the end, so that offsets stay right.
  return replaced
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { start, end, text }) => rest.slice(0, start) + text + rest.slice(end), html);
}

interface FoundAttribute {
  name: string;
  value: string;
  start: number;
  end: number;
}

function* attributesIn(node: DefaultTreeAdapterTypes.Node): Generator<FoundAttribute> {
  if ('attrs' in node && !OTHERS.has(node.nodeName)) {
    for (const { name, value } of node.attrs) {
      const location = node.sourceCodeLocation?.attrs?.[name];
      if (!location || !ATTRIBUTES.has(name)) continue;
      yield { name, value, start: location.startOffset, end: location.endOffset };
    }
  }
  if ('content' in node) yield* attributesIn(node.content);
  if ('childNodes' in node) for (const child of node.childNodes) yield* attributesIn(child);
}
