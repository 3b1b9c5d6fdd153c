import type { Exported, Imported } from '../../../../image/imported.js';
import type { Delivered } from '../channel.js';
import { type Fields, replaceFields } from './fields.js';
import { type Pictures, picturesOf } from './pictures.js';

/** What a framework needs to notice a change: Vue's `reactive`, or nothing. */
export type Observe = <T extends object>(object: T) => T;

/** What a module exports. An item's own export is what `default` has under its name. */
export interface Exports {
  default: unknown;
  /** Of a collection's objects. */
  list?: Fields[];
}

/** One module's exports, kept up to date. */
export interface Tracked {
  exports: Exports;
  /** A copy of its pictures' data, for nobody to write into. */
  shown: Pictures;
  /** Writes into what is exported. */
  replace(next: Imported): void;
}

export function createTracked(delivered: Delivered, exported: Exported, observe: Observe): Tracked {
  const shown = picturesOf(structuredClone(delivered));
  if (delivered.kind === 'collection') {
    const holder = exported === 'url' ? holdUrls(observe) : holdItems(observe);
    holder.replace(delivered.images);
    const replace = (next: Imported) => holder.replace(imagesOf(structuredClone(next)));
    return { exports: holder.exports, shown, replace };
  }
  const { image } = delivered;
  // A string that somebody has taken is out of reach; the page exchanges it where it stands.
  if (exported === 'url') return { exports: { default: image.src }, shown, replace: () => {} };
  const object = observe<Fields>({ ...image });
  const replace = (next: Imported) => {
    if (next.kind === 'image') replaceFields(object, { ...structuredClone(next.image) });
  };
  return { exports: { default: object }, shown, replace };
}

type Item = { name: string; src: string };

interface Holder {
  exports: Exports;
  replace(images: readonly Item[]): void;
}

function holdItems(observe: Observe): Holder {
  const record = observe<Fields>({});
  const list = observe<Fields[]>([]);
  /** Also of items that went: one that comes back is the object that modules still hold. */
  const objects = new Map<string, Fields>();
  return {
    exports: { default: record, list },
    replace: (images) => {
      const present = images.map((image) => {
        const known = objects.get(image.name);
        if (known) replaceFields(known, { ...image });
        const object = known ?? observe<Fields>({ ...image });
        objects.set(image.name, object);
        return [image.name, object] as const;
      });
      replaceFields(record, Object.fromEntries(present));
      list.splice(0, list.length, ...present.map(([, object]) => object));
    },
  };
}

function holdUrls(observe: Observe): Holder {
  const record = observe<Fields>({});
  return {
    exports: { default: record },
    replace: (images) => replaceFields(record, Object.fromEntries(images.map(({ name, src }) => [name, src]))),
  };
}

function imagesOf(imported: Imported): readonly Item[] {
  return imported.kind === 'collection' ? imported.images : [];
}
