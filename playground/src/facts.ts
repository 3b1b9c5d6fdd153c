import type { PromptImage } from 'unplugin-prompt-image';

/** Lists which files there are of a picture, and which of them this browser took. */
export function showFacts(list: HTMLElement, image: PromptImage, img: HTMLImageElement): void {
  const widths = image.srcset.split(', ').map((candidate) => Number.parseInt(candidate.split(' ').at(-1) ?? '', 10));
  const took = document.createElement('dd');
  const update = () => {
    took.textContent = describeTaken(img);
  };
  update();
  img.addEventListener('load', update);
  list.replaceChildren(
    ...row('Formats', Object.keys(image.sources).join(', ')),
    ...row('Widths', widths.join(', ')),
    term('Loaded here'),
    took,
  );
}

/** For example `AVIF, 960 px wide, 41 kB`. */
function describeTaken(img: HTMLImageElement): string {
  if (!img.complete || !img.currentSrc) return 'not yet';
  const format = /\.(\w+)$/.exec(new URL(img.currentSrc).pathname)?.[1] ?? '';
  const width = /-(\d+)w[-.]/.exec(img.currentSrc)?.[1] ?? String(img.naturalWidth);
  const [entry] = performance.getEntriesByName(img.currentSrc) as PerformanceResourceTiming[];
  const size = entry?.encodedBodySize ? `, ${Math.max(1, Math.round(entry.encodedBodySize / 1000))} kB` : '';
  return `${format}, ${width}${size}`;
}

function row(name: string, value: string): HTMLElement[] {
  const definition = document.createElement('dd');
  definition.textContent = value;
  return [term(name), definition];
}

function term(name: string): HTMLElement {
  const element = document.createElement('dt');
  element.textContent = name;
  return element;
}
