import { createHash } from 'node:crypto';
import { isCollectionFile } from '../../image/address.js';
import type { Imported } from '../../image/imported.js';
import type { PublishedFile } from '../../project.js';

/** What is shown of a manifest that has failed from the start. */
export function standInFile(path: string): PublishedFile {
  const name = `failed-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.svg`;
  return { address: path, name, id: name, mimeType: 'image/svg+xml', read: async () => Buffer.from(FAILED) };
}

/** What is imported of it: of a collection nobody knows the items. @param src of its file */
export function standInFor(path: string, src: string): Imported {
  if (isCollectionFile(path)) return { kind: 'collection', images: [] };
  const size = { width: 1024, height: 1024 };
  const image = {
    src,
    ...size,
    alt: '',
    format: 'png' as const,
    srcset: `${src} 1024w`,
    sources: {},
    draft: true as const,
  };
  return { kind: 'image', image: { ...image, img: { src, w: size.width, h: size.height } } };
}

const FAILED =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024"><rect width="1024" height="1024" fill="#b91c1c" fill-opacity=".12"/></svg>';
