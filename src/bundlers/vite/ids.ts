import { posix } from 'node:path';

/*
 * What Vite says of ids, in our own words: a framework may keep its Vite where this package cannot import it.
 */

/** A path as Vite writes it: with forward slashes on every system. */
export function normalizePath(path: string): string {
  return posix.normalize(process.platform === 'win32' ? path.replaceAll('\\', '/') : path);
}

/** Whether an id is that of a stylesheet, in whatever language Vite takes for one. */
export function isStylesheet(id: string): boolean {
  return /\.(?:css|less|sass|scss|styl|stylus|pcss|postcss|sss)(?:$|\?)/.test(id);
}
