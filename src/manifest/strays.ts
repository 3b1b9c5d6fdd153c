/** What holds fields: a kind of file, or an object within one. */
export type Holder = 'image' | 'collection' | 'preset' | 'variant' | 'collectionVariant' | 'override';

interface Stray {
  what: string;
  next: string;
}

const toBase = (field: string): Stray => ({
  what: `"${field}" does not belong into a variant`,
  next: `A variant inherits it from the manifest. Write "${field}" at the top of the file.`,
});
const nested: Stray = { what: 'a variant has no variants of its own', next: 'Write it beside this one.' };
const itemsInVariant: Stray = {
  what: '"items" does not belong into a variant: each item has all variants',
  next: 'Write "items" at the top of a file that ends in .images.json.',
};
const ownOfImages = (field: string): Stray => ({
  what: `"${field}" does not belong into a preset: it is each image's own`,
  next: 'Move it into the manifests that extend this preset.',
});
const takeInCollection: Stray = {
  what: '"take" does not say of which item',
  next: 'Write "takes" at the top of the file, for example "takes": { "apple": 2, "apple@dark": "k3f9" }.',
};
const baseMedia: Stray = {
  what: '"media" belongs into a variant: the base picture is shown where no variant is',
  next: 'Move it into one of "variants".',
};
const strayOverride: Stray = {
  what: '"$override" belongs into an item of a collection',
  next: 'Write its fields here, without it.',
};
const takesElsewhere: Stray = {
  what: '"takes" stands at the top of a collection',
  next: 'Move it there; its names are those of items, or item@variant.',
};
const ownOfCollection = (field: string): Stray => ({
  what: `"${field}" cannot differ from item to item`,
  next: `Write "${field}" at the top of the collection.`,
});

/** Fields that exist, where they do not. */
const strays: Readonly<Record<Holder, Readonly<Record<string, Stray>>>> = {
  image: {
    items: {
      what: '"items" makes a collection, and the name of a collection ends in .images.json',
      next: 'Rename the file, or remove "items".',
    },
    takes: { what: '"takes" is for collections', next: 'Write "take", here or in a variant.' },
    media: baseMedia,
    $override: strayOverride,
  },
  collection: { take: takeInCollection, media: baseMedia, $override: strayOverride },
  preset: {
    ...Object.fromEntries(
      ['prompt', 'alt', 'take', 'variants', 'items', 'takes', 'media'].map((field) => [field, ownOfImages(field)]),
    ),
    $override: strayOverride,
  },
  variant: {
    extends: toBase('extends'),
    variants: nested,
    items: itemsInVariant,
    takes: { what: '"takes" is for collections', next: 'Write "take".' },
    $override: strayOverride,
  },
  collectionVariant: {
    extends: toBase('extends'),
    variants: nested,
    items: itemsInVariant,
    take: takeInCollection,
    takes: takesElsewhere,
    $override: strayOverride,
  },
  override: {
    items: { what: 'an item has no items of its own', next: 'Write them beside this one.' },
    extends: ownOfCollection('extends'),
    take: takeInCollection,
    takes: takesElsewhere,
    media: baseMedia,
    $override: { what: '"$override" stands in itself', next: 'Write its fields here, without it.' },
  },
};

/** What to say of a field that exists elsewhere. */
export function explainStray(holder: Holder, field: string): Stray | undefined {
  return Object.hasOwn(strays[holder], field) ? strays[holder][field] : undefined;
}
